import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../../../shared/bytes.ts';
import type { LinkId, PeerId } from '../../../shared/units.ts';
import { encodeExtended, encodeHaveNone, encodeInterested } from '../../../shared/wire/encode.ts';
import { encodeExtensionHandshake, parseExtensionHandshake } from '../../../shared/wire/extension.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import {
  METADATA_PIECE_BYTES,
  OUR_METADATA_ID,
  parseMetadataMessage,
} from '../../../shared/wire/metadata.ts';
import { INFO_HASH, LINK, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';

const THEIR_ID = 2;
const INFO = Uint8Array.from({ length: METADATA_PIECE_BYTES + 100 }, (_, at) => at % 251);

describe('metadata for strangers', () => {
  const stranger = ({ sized = true, fleet = false, names = true } = {}) => {
    const peer = new ScriptedPeer({
      held: 'all',
      engine: { metadataBytesOf: () => (sized ? INFO.length : undefined) },
    });
    if (fleet) peer.input({ type: 'fleet', nodes: [{ peerId: PEER_ID, isOrigin: false }] });
    peer.connect();
    peer.say(
      encodeHandshake({
        infoHash: INFO_HASH,
        peerId: PEER_ID as PeerId,
        fast: true,
        extended: true,
        v2: false,
      }),
    );
    const messages = new Map<string, number>(names ? [['ut_metadata', THEIR_ID]] : []);
    peer.say(encodeExtended(0, encodeExtensionHandshake({ messages })));
    return peer;
  };
  const handshakeOf = (peer: ScriptedPeer) => {
    const said = peer.heard().find((message) => message.type === 'extended' && message.id === 0);
    return parseExtensionHandshake(said?.type === 'extended' ? said.payload : new Uint8Array());
  };
  const request = (piece: number) =>
    encodeExtended(OUR_METADATA_ID, fromLatin1(`d8:msg_typei0e5:piecei${piece}ee`));
  const read = (peer: ScriptedPeer, piece: number, info?: Uint8Array) =>
    peer.input({ type: 'metadataRead', link: LINK, torrent: INFO_HASH, piece, info });
  const reads = (peer: ScriptedPeer) =>
    peer.actions.flatMap((action) => (action.type === 'readMetadata' ? [action.piece] : []));
  const answers = (peer: ScriptedPeer) =>
    peer.heard().flatMap((message) => {
      if (message.type !== 'extended' || message.id !== THEIR_ID) return [];
      return [{ ...parseMetadataMessage(message.payload), payload: message.payload }];
    });

  it('BEP 9: the extension handshake names it with the size, to strangers only, and not where none is known', () => {
    expect(handshakeOf(stranger())).toMatchObject({ metadataSizeBytes: INFO.length });
    expect(handshakeOf(stranger()).messages.get('ut_metadata')).toBe(OUR_METADATA_ID);
    for (const peer of [stranger({ fleet: true }), stranger({ sized: false })]) {
      expect(handshakeOf(peer).metadataSizeBytes).toBeUndefined();
      expect(handshakeOf(peer).messages.has('ut_metadata')).toBe(false);
    }
  });

  it('BEP 9: each piece is 16 KiB of the dictionary, the last one what is left', () => {
    const peer = stranger();
    peer.say(request(0), request(1));
    expect(reads(peer)).toEqual([0, 1]);
    read(peer, 0, INFO);
    read(peer, 1, INFO);
    expect(answers(peer).map(({ kind, piece }) => [kind, piece])).toEqual([
      ['data', 0],
      ['data', 1],
    ]);
    const [first, last] = answers(peer).map(({ payload }) => payload) as [Uint8Array, Uint8Array];
    expect(first.subarray(-METADATA_PIECE_BYTES)).toEqual(INFO.subarray(0, METADATA_PIECE_BYTES));
    expect(last.subarray(-100)).toEqual(INFO.subarray(METADATA_PIECE_BYTES));
    expect(peer.closedFor).toBeUndefined();
  });

  it('BEP 9: a piece that there is not, and one that could not be read, are rejected', () => {
    const peer = stranger();
    peer.say(request(2), request(-1), request(4_000_000_000));
    expect(reads(peer)).toEqual([]);
    peer.say(request(0));
    read(peer, 0);
    expect(answers(peer).map(({ kind }) => kind)).toEqual(['reject', 'reject', 'reject', 'reject']);
  });

  it('who named no id for the answers gets none, and nobody is asked to close for that', () => {
    const peer = stranger({ names: false });
    peer.say(request(0));
    read(peer, 0, INFO);
    expect(answers(peer)).toEqual([]);
    expect(peer.closedFor).toBeUndefined();
  });

  it('a peer tells its pieces after it has the dictionary, as libtorrent does, and is a peer as any other', () => {
    const peer = stranger();
    peer.say(request(0));
    read(peer, 0, INFO);
    peer.say(encodeHaveNone(), encodeInterested());
    expect(peer.closedFor).toBeUndefined();
  });

  it('threat row 10: four reads at a time for one link; who asks again and again is closed', () => {
    const peer = stranger();
    for (let at = 0; at < 6; at++) peer.say(request(0));
    expect(reads(peer)).toEqual([0, 0, 0, 0]);
    expect(answers(peer).map(({ kind }) => kind)).toEqual(['reject', 'reject']);
    for (let at = 0; at < 200 && peer.closedFor === undefined; at++) peer.say(request(0));
    expect(peer.closedFor).toBe('peer_flood');
    // What the host was reading comes late, and means nothing.
    read(peer, 0, INFO);
  });

  it('an answer for a link that is gone, or a torrent that was removed, means nothing', () => {
    const peer = stranger();
    peer.say(request(0));
    peer.input({ type: 'removeTorrent', torrent: INFO_HASH });
    read(peer, 0, INFO);
    peer.input({ type: 'metadataRead', link: 99 as LinkId, torrent: INFO_HASH, piece: 0, info: INFO });
    expect(answers(peer)).toEqual([]);
  });
});
