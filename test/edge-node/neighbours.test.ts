import { describe, expect, test } from 'vitest';
import { FleetBook } from '../../edge-node/fleet-book.ts';
import { chooseNeighbours, MAX_NEIGHBOURS, type Sibling } from '../../edge-node/neighbours.ts';
import { type Random, seededRandom, shuffle } from '../../shared/random.ts';
import type { PeerId } from '../../shared/units.ts';

const idOf = (random: Random) =>
  Array.from({ length: 40 }, () => random.integer(16).toString(16)).join('') as PeerId;

/** Ten networks, an equal number of edges in each. */
function fleet(count: number, seed: number): Sibling[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, at) => ({
    peerId: idOf(random),
    address: { ip: `203.0.${at % 10}.${Math.floor(at / 10)}`, port: 6882 },
  }));
}

const neighboursOf = (own: Sibling, all: readonly Sibling[]) =>
  chooseNeighbours(
    own.peerId,
    own.address.ip,
    all.filter((node) => node !== own),
  );

describe('FA6: neighbours in a large fleet', () => {
  test('in a fleet of forty and less, all are', () => {
    const all = fleet(MAX_NEIGHBOURS + 1, 1);
    expect(neighboursOf(all[0]!, all)).toEqual(all.slice(1));
  });

  test('are forty, half of them of the same /24 and half from anywhere', () => {
    const all = fleet(1_000, 2);
    for (const own of all.slice(0, 20)) {
      const chosen = neighboursOf(own, all);
      const near = chosen.filter(({ address }) =>
        address.ip.startsWith(`203.0.${own.address.ip.split('.')[2]}.`),
      );
      expect(new Set(chosen).size).toBe(MAX_NEIGHBOURS);
      expect(near.length).toBeGreaterThanOrEqual(MAX_NEIGHBOURS / 2);
      expect(near.length).toBeLessThan(MAX_NEIGHBOURS);
    }
  });

  test('are the same in whatever order the origin lists them, and one who leaves moves one place', () => {
    const all = fleet(300, 3);
    const own = all[0]!;
    const before = new Set(neighboursOf(own, all));
    const mixed = shuffle([...all], seededRandom(4));
    expect(new Set(neighboursOf(own, mixed))).toEqual(before);
    const gone = [...before][5]!;
    const after = neighboursOf(
      own,
      all.filter((node) => node !== gone),
    );
    expect(after.filter((node) => !before.has(node)).length).toBe(1);
  });

  test('hold a fleet of a thousand together, in few steps', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const all = fleet(1_000, seed);
    const links = new Map(all.map((node) => [node, new Set<Sibling>()]));
    for (const node of all)
      for (const other of neighboursOf(node, all)) {
        links.get(node)!.add(other);
        links.get(other)!.add(node);
      }
    let reached = new Set([all[0]!]);
    let steps = 0;
    while (reached.size < all.length && steps < 10) {
      reached = new Set([...reached].flatMap((node) => [node, ...links.get(node)!]));
      steps++;
    }
    expect(steps, `seed ${seed}`).toBeLessThanOrEqual(4);
  });

  test('an edge that knows neither itself nor a network still has neighbours', () => {
    const all = fleet(100, 6);
    expect(chooseNeighbours(all[0]!.peerId, undefined, all.slice(1)).length).toBe(MAX_NEIGHBOURS);
  });
});

test('FA6: the fleet book knows all nodes, and gives torrents the origin and the neighbours', () => {
  const [own, ...siblings] = fleet(200, 7) as [Sibling, ...Sibling[]];
  const book = new FleetBook(own.peerId);
  const origin = idOf(seededRandom(8));
  book.setOrigin(origin, { ip: '198.51.100.1', port: 6881 });
  book.setSiblings(
    [own, ...siblings].map(({ peerId, address }) => ({ peerId, host: address.ip, port: address.port })),
  );
  expect(book.nodes().length).toBe(200);
  expect(book.addresses()).toEqual([
    { ip: '198.51.100.1', port: 6881 },
    ...neighboursOf(own, [own, ...siblings]).map(({ address }) => address),
  ]);
});
