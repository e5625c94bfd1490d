import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { PieceIndex } from '../../../shared/units.ts';
import { encodeExtended, encodeHave, encodeHaveNone, encodeInterested } from '../../../shared/wire/encode.ts';
import { encodeExtensionHandshake } from '../../../shared/wire/extension.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { INFO_HASH, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';
import { randomTorrent, type VirtualNode, VirtualSwarm } from '../../support/virtual-swarm.ts';

const torrent = randomTorrent(new Geometry(16_384, [100_000]), 1);

/** An edge that may have three links for the torrent, and has them, to siblings that want the same and have nothing. */
function starving(seed: number) {
  const swarm = new VirtualSwarm(seed);
  swarm.addTorrent(torrent);
  const siblings = Array.from({ length: 6 }, (_, at) => swarm.addNode(`sibling ${at}`));
  const seeder = swarm.addNode('seeder');
  const edge = swarm.addNode('edge', { engine: { maxLinksPerTorrent: 3 } });
  // None announces: addresses are the test's.
  swarm.announce = () => {};
  seeder.add(torrent, { seed: true });
  for (const node of [...siblings, edge]) node.add(torrent, {});
  const tell = (nodes: readonly VirtualNode[], reserve: readonly VirtualNode[] = []) =>
    edge.input({
      type: 'peersFound',
      torrent: torrent.infoHash,
      addresses: nodes.map(({ address }) => address),
      reserve: reserve.map(({ address }) => address),
    });
  tell(siblings);
  swarm.run(1_000);
  expect(edge.wires.size).toBe(3);
  return { swarm, seeder, edge, siblings, tell };
}

describe('a torrent whose links are all taken', () => {
  it('threat row 2: by nodes that have nothing for it, lets go of some, and finds the one that has everything (20 seeds)', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { swarm, seeder, edge, siblings, tell } = starving(seed);
      tell([...siblings, seeder]);
      const isDone = swarm.runUntil(() => edge.holdsAll(torrent), 60_000);
      expect(isDone, `seed ${seed}`).toBe(true);
    }
  });

  it('whose web seed fails, asks those in reserve before others (20 seeds)', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { swarm, seeder, edge, siblings, tell } = starving(seed);
      tell(siblings, [seeder]);
      const isDone = swarm.runUntil(() => edge.holdsAll(torrent), 12_000);
      expect(isDone, `seed ${seed}`).toBe(true);
    }
  });

  describe('by one stranger', () => {
    const OTHER = { ip: '10.0.0.77', port: 6881 };
    const linked = () => {
      const peer = new ScriptedPeer({ engine: { maxLinksPerTorrent: 1 } }).greeted();
      peer.say(encodeHaveNone());
      peer.input({ type: 'peersFound', torrent: INFO_HASH, addresses: [OTHER] });
      return peer;
    };
    const dialled = (peer: ScriptedPeer) =>
      peer.actions.flatMap((action) => (action.type === 'dial' ? [action.address] : []));

    it('that tells of nothing for ten seconds: the address that was not tried has its turn', () => {
      const peer = linked();
      peer.pass(9_900);
      expect([peer.closedFor, dialled(peer)]).toEqual([undefined, []]);
      peer.pass(200);
      expect([peer.closedFor, dialled(peer)]).toEqual(['nothing_wanted', [OTHER]]);
    });

    it('that dialled us and told where it listens: not that one has its turn (20 seeds)', () => {
      for (let seed = 1; seed <= 20; seed++) {
        const engine = { maxLinksPerTorrent: 1, random: seededRandom(seed) };
        const peer = new ScriptedPeer({ engine });
        peer.connect();
        peer.say(
          encodeHandshake({ infoHash: INFO_HASH, peerId: PEER_ID, fast: true, extended: true, v2: false }),
        );
        peer.say(
          encodeExtended(0, encodeExtensionHandshake({ messages: new Map(), listenPort: 6_881 })),
          encodeHaveNone(),
        );
        peer.input({ type: 'peersFound', torrent: INFO_HASH, addresses: [OTHER] });
        peer.pass(10_100);
        expect([peer.closedFor, dialled(peer)], `seed ${seed}`).toEqual(['nothing_wanted', [OTHER]]);
      }
    });

    it('that has something we want stays', () => {
      const peer = linked();
      peer.pass(5_000);
      peer.say(encodeHave(0));
      peer.pass(30_000);
      expect([peer.closedFor, dialled(peer)]).toEqual([undefined, []]);
    });

    it('stays while nothing is wanted, and for ten seconds after something is', () => {
      const peer = linked();
      peer.input({ type: 'setWant', torrent: INFO_HASH, want: 'none' });
      peer.pass(60_000);
      peer.input({ type: 'readerWants', torrent: INFO_HASH, reader: 1, pieces: [0 as PieceIndex] });
      peer.pass(9_900);
      expect(peer.closedFor).toBeUndefined();
      peer.pass(200);
      expect(peer.closedFor).toBe('nothing_wanted');
    });

    it('stays once the web seed gave all: it wants that of us now', () => {
      const geometry = new Geometry(16_384, [16_384]);
      const peer = new ScriptedPeer({ engine: { maxLinksPerTorrent: 1 }, geometry, webSeed: true }).greeted();
      peer.say(encodeHaveNone(), encodeInterested());
      peer.input({ type: 'peersFound', torrent: INFO_HASH, addresses: [OTHER] });
      peer.pass(9_000);
      const torrent = INFO_HASH;
      const piece = 0 as PieceIndex;
      const fetch = peer.actions.flatMap((action) =>
        action.type === 'fetchFromWebSeed' ? [action.fetch] : [],
      )[0]!;
      peer.input({ type: 'webSeedPiece', torrent, piece, bytes: new Uint8Array(16_384) });
      peer.input({ type: 'pieceHashed', torrent, piece, verdict: 'ok', leaves: new Uint8Array(32) });
      peer.input({ type: 'webSeedEnded', torrent, fetch, ok: true });
      expect(peer.actions.map(({ type }) => type)).toContain('torrentComplete');
      peer.pass(30_000);
      expect(peer.closedFor).toBeUndefined();
    });

    it('stays while there is nobody else to ask', () => {
      const peer = new ScriptedPeer({ engine: { maxLinksPerTorrent: 1 } }).greeted();
      peer.say(encodeHaveNone());
      peer.pass(60_000);
      expect(peer.closedFor).toBeUndefined();
    });
  });
});
