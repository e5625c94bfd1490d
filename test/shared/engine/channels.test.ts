import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import type { InfoHash, PieceIndex } from '../../../shared/units.ts';
import {
  encodeAccept,
  encodeClose,
  encodeMessageEnvelope,
  encodeOpen,
  OUR_CHANNELS_ID,
} from '../../../shared/wire/channels.ts';
import { encodeHave, encodeInterested, encodeUnchoke } from '../../../shared/wire/encode.ts';
import { saidOnChannels, withChannels } from '../../support/channel-peer.ts';
import { INFO_HASH, ScriptedPeer } from '../../support/scripted-peer.ts';
import { randomTorrent, type VirtualNode, VirtualSwarm } from '../../support/virtual-swarm.ts';

const SETS = 12;
const imageSet = () => new Geometry(16_384, [3_000, 21_500, 120_321, 240_000, 5_000]);

function catalog(seed: number) {
  const torrents = Array.from({ length: SETS }, (_, i) => randomTorrent(imageSet(), 100 * seed + i));
  const swarm = new VirtualSwarm(seed);
  for (const torrent of torrents) swarm.addTorrent(torrent);
  return {
    swarm,
    torrents,
    addAll: (node: VirtualNode, how = {}) => torrents.map((torrent) => node.add(torrent, how)),
  };
}

describe('one link per pair of nodes, many torrents on it', () => {
  it('a catalog goes to three nodes over one link a pair', () => {
    const { swarm, torrents, addAll } = catalog(1);
    const origin = swarm.addNode('origin', { upBytesPerSecond: 2_500_000 });
    addAll(origin, { seed: true, superSeed: true });
    const edges = [0, 1, 2].map((i) => swarm.addNode(`edge ${i}`, { upBytesPerSecond: 2_500_000 }));
    for (const edge of edges) addAll(edge);
    expect(swarm.runUntil(() => edges.every((edge) => torrents.every((t) => edge.holdsAll(t))), 60_000)).toBe(
      true,
    );
    swarm.run(5_000);
    expect([origin, ...edges].map((node) => node.engine.linkCount)).toEqual([3, 3, 3, 3]);
    const sent = origin.engine.counters.uploadedBytes;
    expect(sent / (SETS * imageSet().contentBytes)).toBeLessThan(1.3);
  });

  it('a torrent published later needs no dial', () => {
    const { swarm, torrents } = catalog(2);
    const origin = swarm.addNode('origin');
    const edge = swarm.addNode('edge');
    const [first, second] = torrents as [(typeof torrents)[0], (typeof torrents)[0]];
    origin.add(first, { seed: true });
    edge.add(first, {});
    expect(swarm.runUntil(() => edge.holdsAll(first), 60_000)).toBe(true);
    const dialsBefore = swarm.dialCount;
    origin.add(second, { seed: true });
    edge.add(second, {});
    expect(swarm.runUntil(() => edge.holdsAll(second), 60_000)).toBe(true);
    expect(swarm.dialCount).toBe(dialsBefore);
  });

  it('CH8: nodes that dial each other at once end with one link, and complete (20 seeds)', () => {
    for (let seed = 10; seed < 30; seed++) {
      const { swarm, torrents } = catalog(seed);
      const [a, b] = [swarm.addNode('a'), swarm.addNode('b')];
      torrents.forEach((torrent, i) => {
        a.add(torrent, { seed: i % 2 === 0 });
        b.add(torrent, { seed: i % 2 === 1 });
      });
      const done = () => torrents.every((torrent) => a.holdsAll(torrent) && b.holdsAll(torrent));
      expect(swarm.runUntil(done, 60_000), `seed ${seed}`).toBe(true);
      swarm.run(5_000);
      expect([a.engine.linkCount, b.engine.linkCount], `seed ${seed}`).toEqual([1, 1]);
    }
  });

  it('CH12: siblings that have no torrent in common are linked by the first dial, and a later one needs none', () => {
    const { swarm, torrents } = catalog(5);
    const [one, other] = [swarm.addNode('one'), swarm.addNode('other')] as const;
    for (const node of [one, other])
      node.input({ type: 'fleet', nodes: [one, other].map(({ peerId }) => ({ peerId, isOrigin: false })) });
    const [first, second] = torrents as [(typeof torrents)[number], (typeof torrents)[number]];
    one.add(first, {});
    one.input({ type: 'peersFound', torrent: first.infoHash, addresses: [other.address] });
    swarm.run(1_000);
    expect([one.engine.linkCount, other.engine.linkCount]).toEqual([1, 1]);
    expect([one.engine.channelCount, other.engine.channelCount]).toEqual([0, 0]);
    other.add(second, { seed: true });
    one.add(second, {});
    one.input({ type: 'peersFound', torrent: second.infoHash, addresses: [other.address] });
    expect(swarm.runUntil(() => one.holdsAll(second), 5_000)).toBe(true);
    expect([one.engine.linkCount, swarm.dialCount]).toEqual([1, 1]);
  });

  it('CH12: a stranger that dials for a torrent that we lack is hung up on', () => {
    const { swarm, torrents } = catalog(6);
    const [one, other] = [swarm.addNode('one'), swarm.addNode('other')] as const;
    const [first] = torrents as [(typeof torrents)[number]];
    one.add(first, {});
    one.input({ type: 'peersFound', torrent: first.infoHash, addresses: [other.address] });
    swarm.run(1_000);
    expect(other.closed).toContain('handshake_unknown_info_hash');
    expect(other.engine.linkCount).toBe(0);
  });

  it.each(['neither', 'the one that dials', 'the one that is dialled', 'both'])(
    'CH14: siblings that meet are linked without a channel, and a later torrent needs no dial; %s has the set',
    (who) => {
      const { swarm, torrents } = catalog(7);
      const [one, other] = [swarm.addNode('one'), swarm.addNode('other')] as const;
      for (const node of [one, other])
        node.input({
          type: 'fleet',
          nodes: [one, other].map(({ peerId }) => ({ peerId, isOrigin: false })),
        });
      const [first, second] = torrents as [(typeof torrents)[number], (typeof torrents)[number]];
      if (who === 'both' || who === 'the one that dials') one.add(first, { seed: true });
      if (who === 'both' || who === 'the one that is dialled') other.add(first, { seed: true });
      for (const [node, met] of [
        [one, other],
        [other, one],
      ] as const)
        node.input({ type: 'meet', torrent: first.infoHash, addresses: [met.address] });
      swarm.run(30_000);
      expect([one.engine.linkCount, other.engine.linkCount]).toEqual([1, 1]);
      expect([one.engine.channelCount, other.engine.channelCount]).toEqual([0, 0]);
      const dialsBefore = swarm.dialCount;
      one.input({ type: 'meet', torrent: first.infoHash, addresses: [other.address] });
      other.add(second, { seed: true });
      one.add(second, {});
      one.input({ type: 'peersFound', torrent: second.infoHash, addresses: [other.address] });
      expect(swarm.runUntil(() => one.holdsAll(second), 5_000)).toBe(true);
      expect(swarm.dialCount).toBe(dialsBefore);
    },
  );

  it('CH14: who is not of the fleet is not met, and one that cannot be reached is dialled again when asked to', () => {
    const { swarm, torrents } = catalog(8);
    const [one, other] = [swarm.addNode('one'), swarm.addNode('other')] as const;
    const meet = () => {
      const [{ infoHash }] = torrents as [(typeof torrents)[number]];
      one.input({ type: 'meet', torrent: infoHash, addresses: [other.address] });
      swarm.run(30_000);
    };
    meet();
    expect([one.engine.linkCount, other.engine.linkCount]).toEqual([0, 0]);
    for (const node of [one, other])
      node.input({ type: 'fleet', nodes: [one, other].map(({ peerId }) => ({ peerId, isOrigin: false })) });
    other.isUp = false;
    meet();
    expect(one.engine.linkCount).toBe(0);
    other.isUp = true;
    meet();
    expect(one.engine.linkCount).toBe(1);
  });

  it('CH10: channels that neither side needs are closed, and opened anew for a reader', () => {
    const { swarm, torrents } = catalog(4);
    const [a, b] = [swarm.addNode('a'), swarm.addNode('b')];
    const [first] = torrents as [(typeof torrents)[0]];
    const { infoHash } = first;
    for (const node of [a, b]) node.add(first, { want: 'none', webSeed: true });
    // The web seed gives each another piece; then nobody wants anything.
    const read = (node: VirtualNode, reader: number, piece: number) => {
      node.input({ type: 'readerWants', torrent: infoHash, reader, pieces: [piece as PieceIndex] });
      expect(swarm.runUntil(() => node.stores.get(infoHash)?.has(piece) === true, 10_000)).toBe(true);
      node.input({ type: 'readerLeft', torrent: infoHash, reader });
    };
    read(a, 1, 0);
    read(b, 2, 1);
    swarm.run(60_000);
    expect([a, b].map((node) => node.engine.linkCount)).toEqual([1, 1]);
    expect([a, b].map((node) => node.engine.channelCount)).toEqual([0, 0]);
    const fromWebSeed = b.webSeedBytes;
    swarm.webSeedIsUp = false;
    read(b, 3, 0);
    expect(b.webSeedBytes, 'it came from the other node').toBe(fromWebSeed);
  });

  it('a node that dies takes its channels with it; their blocks are asked of others', () => {
    for (let seed = 40; seed < 50; seed++) {
      const { swarm, torrents, addAll } = catalog(seed);
      const seeds = [0, 1].map((i) => swarm.addNode(`seed ${i}`, { upBytesPerSecond: 500_000 }));
      for (const node of seeds) addAll(node, { seed: true });
      const edge = swarm.addNode('edge');
      addAll(edge);
      swarm.run(900);
      seeds[0]?.kill();
      const done = () => torrents.every((torrent) => edge.holdsAll(torrent));
      expect(swarm.runUntil(done, 120_000), `seed ${seed}`).toBe(true);
    }
  });

  it('a liar is banned on every torrent at once', () => {
    const { swarm, torrents, addAll } = catalog(3);
    const lie = (_: number, bytes: Uint8Array) => bytes.map((byte) => byte ^ 255);
    const liar = swarm.addNode('liar', { lie });
    const honest = swarm.addNode('honest', { upBytesPerSecond: 1_000_000 });
    const edge = swarm.addNode('edge');
    addAll(liar, { seed: true });
    addAll(honest, { seed: true });
    addAll(edge);
    expect(swarm.runUntil(() => torrents.every((torrent) => edge.holdsAll(torrent)), 120_000)).toBe(true);
    expect(edge.banned).toEqual([liar.peerId]);
  });
});

describe('the rules of docs/PROTOCOL.md', () => {
  it('CH1: a peer that does not name the extension is not spoken to in it', () => {
    const peer = new ScriptedPeer().greeted();
    peer.say(encodeInterested());
    expect(saidOnChannels(peer)).toEqual([]);
  });

  it('CH1: an open from a peer that named no extension ends the link', () => {
    const peer = new ScriptedPeer().greeted();
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, INFO_HASH, { type: 'none' }));
    expect(peer.closedFor).toBe('peer_channel_invalid');
  });

  it('CH3: an open of a number that is ours, or in use, ends the link', () => {
    for (const number of [0, 2]) {
      const peer = withChannels();
      peer.say(encodeOpen(OUR_CHANNELS_ID, number, INFO_HASH, { type: 'none' }));
      expect(peer.closedFor, `${number}`).toBe('peer_channel_invalid');
    }
  });

  it('CH4: an open for an unknown torrent, or one that is on the link already, is answered by close', () => {
    const peer = withChannels();
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, '00'.repeat(20) as InfoHash, { type: 'all' }));
    peer.say(encodeOpen(OUR_CHANNELS_ID, 3, INFO_HASH, { type: 'all' }));
    expect(saidOnChannels(peer)).toEqual([
      { type: 'close', number: 1 },
      { type: 'close', number: 3 },
    ]);
    expect(peer.closedFor).toBeUndefined();
  });

  it('CH4, CH7: a torrent whose channel was closed can be opened anew, and says what we have', () => {
    const peer = withChannels({ held: 'all' });
    peer.say(encodeClose(OUR_CHANNELS_ID, 0));
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, INFO_HASH, { type: 'none' }));
    expect(saidOnChannels(peer)).toEqual([{ type: 'accept', number: 1, pieces: { type: 'all' } }]);
  });

  it("CH6: interest on a channel is answered by the link's unchoke; requests by blocks on that channel", () => {
    const peer = withChannels({ held: 'all' });
    peer.say(encodeClose(OUR_CHANNELS_ID, 0));
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, INFO_HASH, { type: 'none' }));
    const interested = encodeInterested();
    peer.say(encodeMessageEnvelope(OUR_CHANNELS_ID, 1, interested.length - 4), interested.subarray(4));
    expect(peer.heardTypes()).toContain('unchoke');
  });

  it('CH6: choke and unchoke on a channel end the link', () => {
    const peer = withChannels({ held: 'all' });
    peer.say(encodeClose(OUR_CHANNELS_ID, 0), encodeOpen(OUR_CHANNELS_ID, 1, INFO_HASH, { type: 'none' }));
    const unchoke = encodeUnchoke();
    peer.say(encodeMessageEnvelope(OUR_CHANNELS_ID, 1, unchoke.length - 4), unchoke.subarray(4));
    expect(peer.closedFor).toBe('peer_channel_invalid');
  });

  it('CH7: messages for a channel that is closed, and closes of one that is unknown, are ignored', () => {
    const peer = withChannels({ held: 'all' });
    peer.say(encodeClose(OUR_CHANNELS_ID, 0), encodeHave(1), encodeClose(OUR_CHANNELS_ID, 0));
    const have = encodeHave(1);
    peer.say(encodeMessageEnvelope(OUR_CHANNELS_ID, 77, have.length - 4), have.subarray(4));
    peer.say(encodeAccept(OUR_CHANNELS_ID, 2, { type: 'all' }));
    expect(peer.closedFor).toBeUndefined();
  });

  it.each(['inbound', 'outbound'] as const)(
    'CH10: a channel that is closed as soon as it is accepted is not opened anew at once (%s link)',
    (direction) => {
      const peer = withChannels({}, { direction });
      const opened = () => saidOnChannels(peer).filter(({ type }) => type === 'open');
      peer.say(encodeClose(OUR_CHANNELS_ID, 0));
      for (let second = 0; second < 60; second++) {
        // As fast as we open it.
        for (let told = -1, last = opened(); told < last.length && last.length < 1_000; last = opened()) {
          told = last.length;
          const number = last.at(-1)?.number;
          if (number === undefined) break;
          const accept = encodeAccept(OUR_CHANNELS_ID, number, { type: 'none' });
          peer.say(accept, encodeClose(OUR_CHANNELS_ID, number));
        }
        peer.pass(1_000);
      }
      expect(opened().length).toBeGreaterThan(5);
      expect(opened().length).toBeLessThan(50);
    },
  );

  it('CH9: a bitfield of the wrong length in an open ends the link', () => {
    const peer = withChannels({ held: 'all' });
    peer.say(encodeClose(OUR_CHANNELS_ID, 0));
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, INFO_HASH, { type: 'bitfield', bytes: new Uint8Array(9) }));
    expect(peer.closedFor).toBe('peer_bitfield_invalid');
  });
});
