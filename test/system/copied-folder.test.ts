/** An edge's data folder was copied: two edges with one peer id. Who came first stays, and both ends say why, once. */
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';

const fleet = new Fleet();
beforeAll(() => fleet.startOrigin(), 60_000);
afterAll(() => fleet.close());

const linesOf = (node: RunningNode, words: string) =>
  node
    .output()
    .split('\n')
    .filter((line) => line.includes(words));

async function refusalsOf(edge: RunningNode): Promise<number> {
  const text = await (await fetch(`${edge.url}/metrics`)).text();
  return Number(/^shoal_edge_feed_refusals_total\{code="feed_seat_taken"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

const PRELOAD = path.join(PROJECT, 'test/load/nodes/own-address.mjs');

it.each([
  ['of the same address', '127.0.0.1'],
  ['of another address', '127.0.0.2'],
])('a copy %s is refused, and let in when the first has ended', async (_title, address) => {
  const place = { preload: PRELOAD, env: { SHOAL_LOAD_ADDRESS: address } };
  const name = `copy-${address}`;
  const first = await fleet.startEdge({ name: `first-${address}` });
  const data = `${first.data}-copy`;
  await cp(first.data, data, { recursive: true });
  const copy = await fleet.startEdge({ name, data, ...place });
  await eventually('it came again and again', async () => (await refusalsOf(copy)) > 3);
  expect(linesOf(first, 'feed joined')).toHaveLength(1);
  expect(linesOf(first, 'feed lost')).toEqual([]);
  expect(linesOf(copy, 'feed joined')).toEqual([]);
  const lost = linesOf(copy, 'feed lost').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lost).toMatchObject([{ level: 'warn', code: 'feed_seat_taken' }]);
  expect(lost[0]?.reason).toContain('delete the file peer-id');
  const told = linesOf(fleet.origin, 'feed_seat_taken').filter((line) => line.includes(name));
  expect(told.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'warn', edge: `first-${address}`, refused: name, refusedAddress: address },
  ]);
  await first.kill('SIGKILL');
  await eventually('the copy is let in', () => linesOf(copy, 'feed joined').length === 1);
  await copy.kill('SIGTERM');
});

it('a copy without its peer-id is an edge of its own', async () => {
  const first = await fleet.startEdge({ name: 'own' });
  const data = `${first.data}-copy`;
  await cp(first.data, data, { recursive: true });
  await rm(path.join(data, 'peer-id'));
  const copy = await fleet.startEdge({ name: 'own-too', data });
  for (const node of [first, copy])
    await eventually('it joins', () => linesOf(node, 'feed joined').length === 1);
  expect(linesOf(fleet.origin, 'own-too')).toEqual([]);
});
