import { expect, it } from 'vitest';
import { rendezvousOrder, rendezvousWeight } from '../../../shared/http/rendezvous.ts';
import { imageIdOf } from '../../storefront/edges/fleet.ts';

const NODES = [
  'http://127.0.0.1:8081',
  'http://127.0.0.1:8082',
  'http://127.0.0.1:8083',
  'http://127.0.0.1:8084',
];
const KEYS = Array.from({ length: 4_000 }, (_, number) => imageIdOf(number));
const order = (key: string, nodes: readonly string[]) => rendezvousOrder(key, nodes, (node) => node);

it('is the same in every browser: the weight of a pair never changes', () => {
  expect(rendezvousWeight('00000000000000000000002a', 'http://edge')).toBe(2_223_228_274);
});

it('does not depend on the order of the nodes', () => {
  for (const key of KEYS.slice(0, 50)) expect(order(key, [...NODES].reverse())).toEqual(order(key, NODES));
});

it('gives each of four edges its quarter of the images, a tenth more or less', () => {
  for (const node of NODES) {
    const share = KEYS.filter((key) => order(key, NODES)[0] === node).length / KEYS.length;
    expect(share).toBeGreaterThan(0.225);
    expect(share).toBeLessThan(0.275);
  }
});

it('an edge that leaves moves only its own images, and to all others alike', () => {
  const left = NODES.slice(1);
  const movedTo = new Map<string, number>();
  for (const key of KEYS) {
    const [before, second] = order(key, NODES);
    const [after] = order(key, left);
    if (before !== NODES[0]) {
      expect(after).toBe(before);
      continue;
    }
    expect(after).toBe(second);
    movedTo.set(after!, (movedTo.get(after!) ?? 0) + 1);
  }
  expect([...movedTo.keys()].sort()).toEqual(left);
  expect(Math.min(...movedTo.values())).toBeGreaterThan(250);
});
