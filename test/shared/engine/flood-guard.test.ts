import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../shared/bytes.ts';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES, type InfoHash, type LinkId } from '../../../shared/units.ts';
import { encodeOpen } from '../../../shared/wire/channels.ts';
import { encodeDontHave } from '../../../shared/wire/dont-have.ts';
import {
  encodeBitfield,
  encodeCancel,
  encodeChoke,
  encodeExtended,
  encodeHave,
  encodeHaveNone,
  encodeInterested,
  encodeNotInterested,
  encodeReject,
  encodeRequest,
  encodeUnchoke,
} from '../../../shared/wire/encode.ts';
import { encodeExtensionHandshake } from '../../../shared/wire/extension.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { INFO_HASH, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';
import { randomTorrent, VirtualSwarm } from '../../support/virtual-swarm.ts';

describe('a flood of messages', () => {
  it('threat row 10: requests are refused up to a limit, then the link is closed', () => {
    const peer = new ScriptedPeer({ held: 'all', engine: { sendBufferBytes: 0 } }).greeted();
    peer.say(encodeInterested());
    const request = encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: BLOCK_BYTES });
    let asked = 0;
    for (; asked < 100_000 && peer.closedFor === undefined; asked++) peer.say(request);
    expect(peer.closedFor).toBe('peer_flood');
    // 1,000 queued (our reqq), some 2,000 refused, and the one that was too much.
    expect(asked).toBeGreaterThan(2_990);
    expect(asked).toBeLessThan(3_010);
    expect(peer.heardTypes().filter((type) => type === 'reject').length).toBe(asked - 1_001);
    expect(peer.actions).toContainEqual({
      type: 'nodeBanned',
      peerId: PEER_ID,
      ip: '10.0.0.9',
      code: 'peer_flood',
    });
  });

  const EXTENDED_ID = { introduction: 0, channels: 1, dontHave: 2 };
  const bitfieldOf = (pieces: number) => encodeBitfield(new Uint8Array(Math.ceil(pieces / 8)));
  const floods: readonly [string, () => readonly Uint8Array[]][] = [
    ['requests while it is choked', () => [encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: 1 })]],
    ['cancels of what it never asked for', () => [encodeCancel({ piece: 0, beginBytes: 0, lengthBytes: 1 })]],
    ['the same HAVE', () => [encodeHave(3)]],
    ['HAVEs that it takes back', () => [encodeHave(3), encodeDontHave(EXTENDED_ID.dontHave, 3)]],
    ['dont-haves of what it never had', () => [encodeDontHave(EXTENDED_ID.dontHave, 3)]],
    ['bitfields', () => [bitfieldOf(6)]],
    ['interest', () => [encodeInterested(), encodeNotInterested()]],
    ['rejects', () => [encodeReject({ piece: 0, beginBytes: 0, lengthBytes: BLOCK_BYTES })]],
    ['chokes', () => [encodeUnchoke(), encodeChoke()]],
    [
      'extension handshakes',
      () => [encodeExtended(EXTENDED_ID.introduction, encodeExtensionHandshake({ messages: new Map() }))],
    ],
    [
      'channels of unknown torrents',
      () => [encodeOpen(EXTENDED_ID.channels, 1, '00'.repeat(20) as InfoHash, { type: 'none' })],
    ],
  ];
  it.each(floods)('threat row 10: a flood of %s ends the link', (name, messages) => {
    const held = name.startsWith('requests') ? 'all' : 'none';
    const peer = new ScriptedPeer({ held, engine: { uploadSlots: 0 } });
    peer.connect();
    peer.say(
      encodeHandshake({ infoHash: INFO_HASH, peerId: PEER_ID, fast: true, extended: true, v2: false }),
    );
    const channels = encodeExtensionHandshake({ messages: new Map([['sh_channels', 5]]) });
    peer.say(encodeExtended(0, channels), encodeHaveNone());
    let rounds = 0;
    for (; rounds < 100_000 && peer.closedFor === undefined; rounds++) peer.say(...messages());
    expect(peer.closedFor).toBe('peer_flood');
    expect(rounds).toBeLessThan(20_000);
  });

  it('threat row 10: a flooder is refused for a minute, not for ever; another id of its address is not', () => {
    const peer = new ScriptedPeer({ held: 'all', engine: { uploadSlots: 0 } }).greeted();
    const request = encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: BLOCK_BYTES });
    while (peer.closedFor === undefined) peer.say(request);
    const comesBack = (peerId = PEER_ID) => {
      peer.actions.length = 0;
      peer.greeted({ peerId });
      const { closedFor } = peer;
      if (closedFor === undefined)
        peer.input({ type: 'linkClosed', link: 7 as LinkId, reason: 'remote_closed' });
      return closedFor;
    };
    expect(comesBack()).toBe('handshake_banned');
    expect(comesBack('44'.repeat(20) as typeof PEER_ID)).toBeUndefined();
    peer.pass(60_001);
    expect(comesBack()).toBeUndefined();
  });

  it('threat row 10: a node of the fleet that floods loses the link, and may come back at once', () => {
    const peer = new ScriptedPeer({ held: 'all', engine: { uploadSlots: 0 } });
    peer.input({ type: 'fleet', nodes: [{ peerId: PEER_ID, isOrigin: false }] });
    peer.greeted();
    const request = encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: BLOCK_BYTES });
    while (peer.closedFor === undefined) peer.say(request);
    expect(peer.closedFor).toBe('peer_flood');
    peer.actions.length = 0;
    peer.greeted();
    expect(peer.closedFor).toBeUndefined();
  });

  it('threat row 4: the fastest honest swarm is no flood: 1,500 pieces of a block, on links without limits', () => {
    for (const superSeed of [false, true]) {
      const torrent = randomTorrent(new Geometry(BLOCK_BYTES, [1_500 * BLOCK_BYTES]), 1);
      const swarm = new VirtualSwarm(1, 1);
      swarm.addTorrent(torrent);
      const origin = swarm.addNode('origin');
      origin.add(torrent, { seed: true, superSeed });
      const edges = [0, 1, 2, 3].map((i) => swarm.addNode(`edge ${i}`));
      for (const edge of edges) edge.add(torrent, {});
      const isDone = () => edges.every((edge) => edge.holdsAll(torrent));
      expect(swarm.runUntil(isDone, 60_000)).toBe(true);
      for (const node of [origin, ...edges]) {
        expect(node.banned).toEqual([]);
        expect(node.closed).not.toContain('peer_flood');
      }
    }
  });

  it('threat row 4: a whole cache that is lost at once is no flood', () => {
    const pieces = 60_000;
    const peer = new ScriptedPeer({ geometry: new Geometry(BLOCK_BYTES, [pieces * BLOCK_BYTES]) }).greeted();
    const has = new Uint8Array(pieces / 8).fill(0xff);
    peer.say(encodeBitfield(has));
    const all = Array.from({ length: pieces }, (_, piece) => encodeDontHave(2, piece));
    peer.say(concatBytes(all));
    expect(peer.closedFor).toBeUndefined();
  });
});
