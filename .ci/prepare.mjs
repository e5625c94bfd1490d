/**
 * Makes a fresh clone ready, and costs some milliseconds when it is: installs what package-lock.json names,
 * builds what changed since the last build, and with --test sees to the Debian packages that tests use.
 * Runs before `npm run demo`, `origin`, `edge`, `bench` and `npm test`; plain JavaScript, because nothing is
 * installed yet when it starts.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const builtStamp = path.join(root, 'dist', '.built');
const lock = path.join(root, '.prepare-lock');
const SOURCES = [
  'shared',
  'server',
  'edge-node',
  'storefront',
  'test/bench',
  'test/load',
  'test/netlab',
  'test/shots',
  'test/sim',
  'package.json',
  'tsconfig.json',
  'tsconfig.base.json',
];
/** Builds take seconds, installs up to minutes; a lock older than this was left by a killed process. */
const LOCK_STALE_MS = 10 * 60_000;
const DEBIAN_PACKAGES = ['chromium', 'python3-libtorrent', 'aria2', 'nginx'];
const SERVICES_POLICY = '/usr/sbin/policy-rc.d';

function main() {
  if (!supportsNode(process.versions.node)) {
    console.error(`Shoal needs Node 20.19 or later; this is ${process.versions.node}.`);
    process.exit(1);
  }
  if (!isInstalled() || !isBuilt()) withLock(installAndBuild);
  if (process.argv.includes('--test')) installDebianPackages();
}

function supportsNode(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

function installAndBuild() {
  if (!isInstalled()) {
    say('installing packages (once)');
    // Not `npm ci`: it wants every platform's binary of every tool in the lock file, and not every registry has
    // them all. The versions are those of the lock file either way.
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  if (!isBuilt()) {
    say('building');
    const startedAt = Date.now();
    run('npm', ['run', '--silent', 'build']);
    mkdirSync(path.dirname(builtStamp), { recursive: true });
    // Sources saved while the build ran count as newer than it.
    writeFileSync(builtStamp, String(startedAt));
  }
}

/** npm notes what it installed; a package for another platform may be missing, all others have their version. */
function isInstalled() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const here = packagesIn(installed);
  const wanted = Object.entries(packagesIn(path.join(root, 'package-lock.json')));
  return wanted.every(
    ([name, { version, optional }]) =>
      name === '' || (here[name] ? here[name].version === version : optional),
  );
}

const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

function isBuilt() {
  if (!existsSync(builtStamp)) return false;
  const builtAt = Number(readFileSync(builtStamp, 'utf8'));
  return SOURCES.every((source) => newestChange(path.join(root, source)) <= builtAt);
}

function newestChange(target) {
  const stat = statSync(target);
  if (!stat.isDirectory()) return stat.mtimeMs;
  let newest = stat.mtimeMs;
  for (const name of readdirSync(target)) {
    if (name === 'node_modules' || name === 'dist') continue;
    newest = Math.max(newest, newestChange(path.join(target, name)));
  }
  return newest;
}

/** Several edges may start at once; one of them builds and the others wait. */
function withLock(work) {
  while (!takeLock()) sleep(200);
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function takeLock() {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
    if (age > LOCK_STALE_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function sleep(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Root on Debian installs what is missing; elsewhere the tests that need it say so (and fail under CI). */
function installDebianPackages() {
  const missing = DEBIAN_PACKAGES.filter((name) => !isDebianPackageInstalled(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    say(`not installed, so tests that need them are skipped: ${missing.join(', ')}`);
    return;
  }
  say(`installing from Debian: ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore', env });
  const install = ['install', '-y', '-q', '--no-install-recommends', ...missing];
  const result = withoutServices(() =>
    spawnSync('apt-get', install, { stdio: ['ignore', 'ignore', 'inherit'], env }),
  );
  if (result.status !== 0) say('apt-get could not install them all');
}

/** Debian starts a server as it installs it, on port 80; tests start their own. This file is its way to say no. */
function withoutServices(work) {
  if (existsSync(SERVICES_POLICY)) return work();
  writeFileSync(SERVICES_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return work();
  } finally {
    rmSync(SERVICES_POLICY, { force: true });
  }
}

function isDebianPackageInstalled(name) {
  const result = spawnSync('dpkg', ['-s', name], { encoding: 'utf8' });
  return result.status === 0 && result.stdout.includes('install ok installed');
}

function run(command, args) {
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

function say(text) {
  console.error(`shoal: ${text}`);
}

main();
