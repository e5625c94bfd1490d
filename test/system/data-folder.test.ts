/** "One process for one data folder", as an operator meets it: a second one, a restart, a folder that cannot be used. */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryLockFolder } from '../../shared/node/process/folder-lock.ts';
import { ADMIN_TOKEN, eventually, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';
import { spawnNode } from '../support/node-process.ts';
import { tempDirectory } from '../support/temp-directory.ts';

const fleet = new Fleet();
const nodes: RunningNode[] = [];
beforeAll(() => fleet.startOrigin(), 60_000);
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.kill('SIGKILL')));
  await fleet.close();
});

/** On free ports. @param more flags */
function start(script: string, data: string, ...more: string[]): RunningNode {
  const where = ['--host', '127.0.0.1', '--port', '0', '--peer-port', '0', '--data', data];
  const place = { url: '', peerPort: 0, data };
  const node = spawnNode([path.join(PROJECT, 'dist', script), ...where, ...more], place, {});
  nodes.push(node);
  return node;
}

const startOrigin = (data: string) => start('server/main.js', data, '--admin-token', ADMIN_TOKEN);
const startEdge = (data: string, workers = '0') =>
  start('bin/shoal-edge.js', data, '--origin', fleet.origin.url, '--name', 'second', '--workers', workers);

const ROLES = [
  { role: 'origin', again: startOrigin, exitCode: 1, runs: 'peers    tcp' },
  { role: 'edge', again: startEdge, exitCode: 2, runs: 'edge serves' },
] as const;

const lastLine = (node: RunningNode) => node.output().trimEnd().split('\n').at(-1);
const inUse = (role: string, data: string) =>
  `shoal-${role}: another origin or edge runs with ${data}; end it, or give this one a folder of its own with --data`;
const runs = (node: RunningNode, line: string) =>
  eventually('it runs', () => {
    if (node.process.exitCode !== null) throw new Error(`it ended:\n${node.output()}`);
    return node.output().includes(line);
  });
const waits = (node: RunningNode) =>
  eventually('it waits', () => {
    if (node.process.exitCode !== null) throw new Error(`it ended:\n${node.output()}`);
    return node.output().includes('waiting');
  });

describe('a second process with a data folder says so, ends, and leaves the first one alone', () => {
  it('an origin, with 1', async () => {
    const { data } = fleet.origin;
    // As an upload leaves it until its photo is published.
    await writeFile(path.join(data, 'tmp', 'under-way'), 'x');
    const second = startOrigin(data);
    expect(await second.exited).toBe(1);
    expect(lastLine(second)).toBe(inUse('origin', data));
    expect(await readdir(path.join(data, 'tmp'))).toContain('under-way');
    const photo = await readFile(path.join(PROJECT, 'server/demo/photos/bowl.jpg'));
    await fleet.upload(await fleet.createProduct('Bowl'), new Uint8Array(photo));
  });

  it.each(['0', '2'])('an edge with %s workers, with 2', async (workers) => {
    const edge = await fleet.startEdge({ name: `workers-${workers}`, flags: ['--workers', workers] });
    const second = startEdge(edge.data, workers);
    expect(await second.exited).toBe(2);
    expect(lastLine(second)).toBe(inUse('edge', edge.data));
    expect((await fetch(`${edge.url}/readyz`)).status).toBe(200);
  });

  it('an edge with the folder of an origin, with 2', async () => {
    const { data } = fleet.origin;
    const second = startEdge(data);
    expect(await second.exited).toBe(2);
    expect(lastLine(second)).toBe(inUse('edge', data));
    expect(existsSync(path.join(data, 'peer-id'))).toBe(false);
  });

  it.each(ROLES)('an $role looks at nothing in it and makes nothing', async ({ again, exitCode }) => {
    const data = tempDirectory();
    const lock = await tryLockFolder(data);
    expect(await again(data).exited).toBe(exitCode);
    expect(await readdir(data)).toEqual(['lock.sqlite']);
    lock?.release();
  });
});

describe('a restart', () => {
  it.each(['0', '2'])('after kill -9 of an edge with %s workers waits for nothing', async (workers) => {
    const edge = await fleet.startEdge({ name: `killed-${workers}`, flags: ['--workers', workers] });
    await edge.kill('SIGKILL');
    const next = startEdge(edge.data, workers);
    await runs(next, 'edge serves');
    expect(next.output()).not.toContain('waiting');
  });

  it.each(ROLES)('of an $role waits for the one before that is about to end', async (role) => {
    const data = tempDirectory();
    const first = role.again(data);
    await runs(first, role.runs);
    const next = role.again(data);
    await waits(next);
    expect(await first.kill('SIGTERM')).toBe(0);
    await runs(next, role.runs);
    expect(await next.kill('SIGTERM')).toBe(0);
  });

  it.each(ROLES)('of an $role that is told to end while it waits ends with 0', async ({ again }) => {
    const data = tempDirectory();
    const lock = await tryLockFolder(data);
    const next = again(data);
    await waits(next);
    expect(await next.kill('SIGTERM')).toBe(0);
    lock?.release();
  });
});
