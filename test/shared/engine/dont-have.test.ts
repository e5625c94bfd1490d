import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../../shared/units.ts';
import { encodeMessageEnvelope, encodeOpen, parseChannelMessage } from '../../../shared/wire/channels.ts';
import { decodeMessage } from '../../../shared/wire/decode-message.ts';
import { encodeDontHave, OUR_DONT_HAVE_ID, parseDontHave } from '../../../shared/wire/dont-have.ts';
import {
  encodeExtended,
  encodeHave,
  encodeHaveNone,
  encodeInterested,
  encodePiece,
  encodeReject,
  encodeRequest,
  encodeUnchoke,
} from '../../../shared/wire/encode.ts';
import { encodeExtensionHandshake } from '../../../shared/wire/extension.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { INFO_HASH, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';
import { randomTorrent, VirtualSwarm } from '../../support/virtual-swarm.ts';

const THEIR_DONT_HAVE_ID = 9;
const THEIR_CHANNELS_ID = 5;
const OUR_CHANNELS_ID = 1;
const LOST = 2 as PieceIndex;

/** A peer that takes lt_donthave, and channels if it is one of ours. */
function introduced(peer: ScriptedPeer, { channels = false, fast = true } = {}): ScriptedPeer {
  peer.connect();
  peer.say(encodeHandshake({ infoHash: INFO_HASH, peerId: PEER_ID, fast, extended: true, v2: false }));
  const messages = new Map([['lt_donthave', THEIR_DONT_HAVE_ID]]);
  if (channels) messages.set('sh_channels', THEIR_CHANNELS_ID);
  peer.say(encodeExtended(0, encodeExtensionHandshake({ messages })));
  return peer;
}

const lose = (peer: ScriptedPeer, ...pieces: PieceIndex[]) =>
  peer.input({ type: 'piecesLost', torrent: INFO_HASH, pieces });
const block = (piece: number) => ({ piece, beginBytes: 0, lengthBytes: BLOCK_BYTES });

describe('a piece that we lost', () => {
  it('BEP 54: is told to a stock client, once, by the id that it named', () => {
    const peer = introduced(new ScriptedPeer({ held: 'all' }));
    lose(peer, LOST);
    lose(peer, LOST);
    const told = peer.heard().filter((message) => message.type === 'extended' && message.id !== 0);
    expect(told.length).toBe(1);
    const [message] = told;
    if (message?.type !== 'extended') throw new Error('nothing told');
    expect(message.id).toBe(THEIR_DONT_HAVE_ID);
    expect(parseDontHave(message.payload)).toBe(LOST);
  });

  it('BEP 54: is not told to a client that does not know the message', () => {
    const peer = new ScriptedPeer({ held: 'all' }).greeted();
    const before = peer.heard().length;
    lose(peer, LOST);
    expect(peer.heard().length).toBe(before);
  });

  it('CH6: is told inside the envelope of each channel', () => {
    const peer = introduced(new ScriptedPeer({ held: 'all' }), { channels: true });
    // The torrent goes on as channel 1: channel 0 is closed first (CH4, CH7).
    peer.say(encodeExtended(OUR_CHANNELS_ID, Uint8Array.of(2, 0, 0, 0, 0)));
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, INFO_HASH, { type: 'none' }));
    lose(peer, LOST);
    const last = peer.heard().at(-1);
    if (last?.type !== 'extended' || last.id !== THEIR_CHANNELS_ID) throw new Error('no envelope');
    const envelope = parseChannelMessage(last.payload);
    if (envelope.type !== 'message') throw new Error('no message');
    expect(envelope.number).toBe(1);
    const inner = decodeMessage(envelope.inner);
    if (inner.type !== 'extended') throw new Error('no extended message');
    expect([inner.id, parseDontHave(inner.payload)]).toEqual([THEIR_DONT_HAVE_ID, LOST]);
  });

  it('BEP 6: requests for it that wait are rejected, each once; others are served', () => {
    const peer = introduced(new ScriptedPeer({ held: 'all', engine: { sendBufferBytes: 0 } }));
    peer.say(encodeInterested(), ...[LOST, 1, LOST].map((piece) => encodeRequest(block(piece))));
    lose(peer, LOST);
    const rejected = peer.heard().filter((message) => message.type === 'reject');
    expect(rejected).toEqual([
      { type: 'reject', ...block(LOST) },
      { type: 'reject', ...block(LOST) },
    ]);
    peer.say(encodeRequest(block(LOST)));
    expect(peer.heard().filter((message) => message.type === 'reject').length).toBe(3);
    expect(peer.closedFor).toBeUndefined();
  });
});

describe('threat row 4: a piece that another node lost', () => {
  const fetching = (options = {}) => {
    const peer = introduced(
      new ScriptedPeer({ geometry: new Geometry(4 * BLOCK_BYTES, [400_000]) }),
      options,
    );
    peer.say(encodeHaveNone(), encodeHave(LOST), encodeUnchoke());
    return peer;
  };
  const asked = (peer: ScriptedPeer) => peer.heard().filter(({ type }) => type === 'request').length;
  const tell = (peer: ScriptedPeer, piece: number) => peer.say(encodeDontHave(OUR_DONT_HAVE_ID, piece));

  it('ends our interest when it has nothing else, and is asked for again when it is back', () => {
    const peer = fetching();
    expect(asked(peer)).toBe(4);
    tell(peer, LOST);
    expect(peer.heardTypes().at(-1)).toBe('notInterested');
    peer.say(encodeHave(LOST));
    expect(asked(peer)).toBe(8);
    expect(peer.closedFor).toBeUndefined();
  });

  it('is no fault: neither the rejects nor a block that was on its way end the link', () => {
    const peer = fetching();
    const [first, second] = peer.heard().flatMap((message) => (message.type === 'request' ? [message] : []));
    if (!first || !second) throw new Error('nothing asked');
    tell(peer, LOST);
    peer.say(encodePiece(first.piece, first.beginBytes, new Uint8Array(first.lengthBytes)));
    peer.say(encodeReject(second));
    expect(peer.closedFor).toBeUndefined();
    expect(peer.actions.some(({ type }) => type === 'nodeBanned')).toBe(false);
  });

  it('that we never thought it had changes nothing', () => {
    const peer = fetching();
    tell(peer, 0);
    tell(peer, LOST);
    tell(peer, LOST);
    expect(peer.closedFor).toBeUndefined();
    expect(peer.heardTypes().filter((type) => type === 'notInterested').length).toBe(1);
  });

  it('threat row 9: of a piece that is none ends the link', () => {
    const peer = fetching();
    tell(peer, 1_000);
    expect(peer.closedFor).toBe('peer_have_unknown_piece');
  });

  it('inside an envelope is the channel’s', () => {
    const peer = introduced(new ScriptedPeer(), { channels: true });
    peer.say(encodeExtended(OUR_CHANNELS_ID, Uint8Array.of(2, 0, 0, 0, 0)));
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, INFO_HASH, { type: 'all' }));
    const inner = encodeDontHave(OUR_DONT_HAVE_ID, LOST).subarray(4);
    peer.say(encodeMessageEnvelope(OUR_CHANNELS_ID, 1, inner.length), inner);
    peer.say(encodeUnchoke());
    const numbers = peer.heard().flatMap((message) => {
      if (message.type !== 'extended' || message.id !== THEIR_CHANNELS_ID) return [];
      const told = parseChannelMessage(message.payload);
      if (told.type !== 'message') return [];
      const said = decodeMessage(told.inner);
      return said.type === 'request' ? [said.piece] : [];
    });
    expect(numbers.sort()).toEqual([0, 1, 3, 4, 5]);
  });

  it('a seed that evicts while it is fetched from stalls nobody: the other seed gives the rest', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const torrent = randomTorrent(new Geometry(4 * BLOCK_BYTES, [2_000_000]), seed);
      const swarm = new VirtualSwarm(seed);
      swarm.addTorrent(torrent);
      const seeds = [0, 1].map((i) => swarm.addNode(`seed ${i}`, { upBytesPerSecond: 500_000 }));
      for (const node of seeds) node.add(torrent, { seed: true });
      const node = swarm.addNode('node');
      node.add(torrent, {});
      swarm.run(300);
      const evicted = Array.from(
        { length: torrent.geometry.pieceCount / 2 },
        (_, i) => (2 * i) as PieceIndex,
      );
      for (const piece of evicted) seeds[0]?.stores.get(torrent.infoHash)?.delete(piece);
      seeds[0]?.input({ type: 'setWant', torrent: torrent.infoHash, want: 'none' });
      seeds[0]?.input({ type: 'piecesLost', torrent: torrent.infoHash, pieces: evicted });
      expect(
        swarm.runUntil(() => node.holdsAll(torrent), 6_000),
        `seed ${seed}`,
      ).toBe(true);
      expect([...node.banned, ...node.closed.filter((reason) => reason !== 'both_complete')]).toEqual([]);
    }
  });
});
