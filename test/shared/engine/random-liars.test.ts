import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { seededRandom } from '../../../shared/random.ts';
import { BLOCK_BYTES, type LinkId, type PieceIndex } from '../../../shared/units.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { ROOTS } from '../../support/block-pieces.ts';
import {
  randomTorrent,
  type VirtualNode,
  VirtualSwarm,
  type VirtualTorrent,
} from '../../support/virtual-swarm.ts';

/** Ten seconds of CPU, and nothing here is about time. */
const SLOW_MACHINE_MS = 180_000;

/** A swarm drawn from a seed: some seeds lie about some blocks, every node loses pieces now and then. */
function swarmOf(seed: number) {
  const random = seededRandom(seed);
  const perPiece = 2 ** random.integer(5);
  const geometry = new Geometry(perPiece * BLOCK_BYTES, [1_000_000 + random.integer(1_000_000), 90_000]);
  const torrents = [0, 1].map((i): VirtualTorrent => {
    const torrent = randomTorrent(geometry, 2 * seed + i);
    return random.integer(2) ? { ...torrent, roots: ROOTS } : torrent;
  });
  const swarm = new VirtualSwarm(seed);
  for (const torrent of torrents) swarm.addTorrent(torrent);
  const lieOften = 1 + random.integer(20);
  const lie = (_piece: number, bytes: Uint8Array) => {
    if (random.integer(lieOften) > 0) return bytes;
    const wrong = bytes.slice();
    const at = random.integer(wrong.length);
    wrong[at] = (wrong[at] as number) ^ (1 + random.integer(255));
    return wrong;
  };
  const engine = {
    initialRequests: 1 + random.integer(8),
    maxRequests: 2 + random.integer(30),
    minRequests: 1,
  };
  const options = { upBytesPerSecond: 1_000_000, engine };
  const lieInHashes = (hashes: Uint8Array) =>
    random.integer(3) ? hashes : random.integer(2) ? undefined : hashes.map((byte) => byte ^ 4);
  const liars = Array.from({ length: 1 + random.integer(2) }, (_, i) =>
    swarm.addNode(`liar ${i}`, { ...options, lie, lieInHashes }),
  );
  const seeds = [0, 1].map((i) => swarm.addNode(`seed ${i}`, options));
  const nodes = [0, 1, 2].map((i) => swarm.addNode(`node ${i}`, options));
  for (const torrent of torrents) {
    for (const node of [...liars, ...seeds]) node.add(torrent, { seed: true });
    for (const node of nodes) node.add(torrent, {});
  }
  return { random, swarm, torrents, liars, seeds, nodes };
}

/** The store of a node lets go of some pieces; its engine hears of it now, or when it reads them. */
function evict(node: VirtualNode, torrent: VirtualTorrent, random: ReturnType<typeof seededRandom>): void {
  const store = node.stores.get(torrent.infoHash);
  const lost = [...(store?.keys() ?? [])].filter(() => random.integer(6) === 0) as PieceIndex[];
  for (const piece of lost) store?.delete(piece);
  const told = lost.filter(() => random.integer(3) > 0);
  if (told.length > 0) node.input({ type: 'piecesLost', torrent: torrent.infoHash, pieces: told });
}

describe('random liars and random losses', () => {
  it('threat row 4: nobody honest is ever banned, and no wrong byte is kept (60 seeds)', {
    timeout: SLOW_MACHINE_MS,
  }, () => {
    let banned = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { random, swarm, torrents, liars, seeds, nodes } = swarmOf(seed);
      const isDone = () => nodes.every((node) => torrents.every((torrent) => node.holdsAll(torrent)));
      for (let round = 0; round < 12; round++) {
        swarm.run(100 + random.integer(400));
        // One seed keeps everything: a swarm that lost the last copy has nothing to show.
        for (const node of [seeds[1] as VirtualNode, ...nodes])
          if (random.integer(2)) evict(node, torrents[random.integer(2)] as VirtualTorrent, random);
      }
      // Pieces that vanished in silence are found when somebody reads them; the rest is told now.
      for (const node of [...seeds, ...nodes]) tellLost(node, torrents);
      expect(swarm.runUntil(isDone, 120_000), `seed ${seed}: not done`).toBe(true);
      const liarIds = liars.map((liar) => liar.peerId as string);
      for (const node of [...seeds, ...nodes]) {
        expect(
          node.banned.filter((peerId) => !liarIds.includes(peerId)),
          `seed ${seed}: ${node.name}`,
        ).toEqual([]);
        banned += node.banned.length;
        for (const torrent of torrents)
          for (const [piece, bytes] of node.stores.get(torrent.infoHash) ?? [])
            expect(Buffer.compare(bytes, torrent.pieces[piece] as Uint8Array), `seed ${seed}`).toBe(0);
      }
    }
    expect(banned).toBeGreaterThan(60);
  });

  it('threat row 3: a liar found on one torrent is cut off on all, and let back when the ban is over', () => {
    const torrents = [0, 1].map((i) => randomTorrent(new Geometry(BLOCK_BYTES, [400_000]), 70 + i)) as [
      VirtualTorrent,
      VirtualTorrent,
    ];
    const swarm = new VirtualSwarm(7);
    for (const torrent of torrents) swarm.addTorrent(torrent);
    // True on the second torrent: still a liar.
    const lie = (piece: number, bytes: Uint8Array) =>
      Buffer.compare(bytes, torrents[0].pieces[piece] as Uint8Array) === 0
        ? bytes.map((byte) => byte ^ 1)
        : bytes;
    const liar = swarm.addNode('liar', { lie, upBytesPerSecond: 300_000 });
    const node = swarm.addNode('node', { engine: { banMs: 600_000 } });
    for (const torrent of torrents) {
      liar.add(torrent, { seed: true });
      node.add(torrent, {});
    }
    expect(swarm.runUntil(() => node.banned.length > 0, 60_000)).toBe(true);
    swarm.run(1_000);
    expect(node.banned).toEqual([liar.peerId]);
    expect(node.engine.nodeCount).toBe(0);
    const letIn = (): string | undefined => {
      const before = node.closed.length;
      const link = 90_000 + before;
      const address = { ip: liar.address.ip, port: 50_000 };
      node.input({
        type: 'linkOpened',
        link: link as LinkId,
        direction: 'inbound',
        address,
        torrent: undefined,
      });
      const { infoHash } = torrents[1];
      const ids = { infoHash, peerId: liar.peerId };
      const bytes = encodeHandshake({ ...ids, fast: true, extended: false, v2: false });
      node.input({ type: 'linkData', link: link as LinkId, bytes });
      return node.closed[before];
    };
    expect(letIn()).toBe('handshake_banned');
    liar.kill();
    swarm.run(600_000);
    expect(letIn()).toBeUndefined();
  });
});

function tellLost(node: VirtualNode, torrents: readonly VirtualTorrent[]): void {
  for (const { infoHash, geometry } of torrents) {
    const store = node.stores.get(infoHash);
    const all = Array.from({ length: geometry.pieceCount }, (_, piece) => piece as PieceIndex);
    node.input({ type: 'piecesLost', torrent: infoHash, pieces: all.filter((piece) => !store?.has(piece)) });
  }
}
