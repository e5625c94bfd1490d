/** A node in the foreground of a terminal that closes: it drains, though nobody reads any more what it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, test } from 'vitest';
import { eventually, PROJECT } from '../support/fleet.ts';

/** Of util-linux: makes the terminal, which is gone with it. */
const SCRIPT = '/usr/bin/script';

let folder: string;
let terminal: ChildProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-terminal-'));
});
afterEach(() => terminal.kill('SIGKILL'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const FLAGS = '--host 127.0.0.1 --port 0 --peer-port 0';

test.skipIf(!existsSync(SCRIPT)).each([
  ['the origin', 'origin', `server/main.js ${FLAGS}`, 'peers '],
  ['an edge', 'edge', `edge-node/main.js ${FLAGS} --workers 1 --origin http://127.0.0.1:9`, 'edge serves'],
])('%s drains and exits 0 when its terminal closes', async (_title, name, command, ready) => {
  const code = join(folder, `${name}-code`);
  const node = `${process.execPath} ${PROJECT}/dist/${command} --data ${folder}/${name}`;
  // As shells do, it passes the signal on, and stays to tell how its child ended.
  const line = `${node} & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? > ${code}`;
  terminal = spawn(SCRIPT, ['-qfec', line, '/dev/null'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  terminal.stdout?.on('data', (text) => {
    output += text;
  });
  await eventually('it runs', () => output.includes(ready));
  terminal.kill('SIGKILL');
  await eventually('it ended', () => existsSync(code));
  await eventually('it drained', async () => (await readFile(code, 'utf8')) === '0\n');
});
