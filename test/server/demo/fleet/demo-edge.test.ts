/** What comes at an odd moment of an edge's life. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SmallDemo, startSmallDemo } from '../small-fleet.ts';

let demo: SmallDemo;
beforeAll(async () => {
  demo = await startSmallDemo();
});
afterAll(() => demo.close());

it('stopped before its process was there, it does not come; started again at once, it comes once', async () => {
  const [edge] = demo.fleet.add(1);
  const first = edge!.start();
  edge!.stop();
  expect(edge!.state).toBe('stopped');
  const second = edge!.start();
  expect(await first).toBe(false);
  expect(await second).toBe(true);
  expect(edge!.state).toBe('running');
});

it('killed while it drains, it is killed, and does not start again with its limits', async () => {
  const [edge] = demo.fleet.add(1);
  await edge!.start();
  edge!.limit({ upBytesPerSecond: 65_536, downBytesPerSecond: 0 });
  await edge!.kill();
  expect(['killed', 'stopped']).toContain(edge!.state);
});

it('after the fleet was closed nothing starts', async () => {
  const [edge] = demo.fleet.add(1);
  await demo.fleet.close();
  expect(await edge!.start()).toBe(false);
  expect(demo.fleet.edges.map(({ state }) => state)).not.toContain('running');
});
