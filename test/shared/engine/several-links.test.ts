/** A stock client has a connection for each torrent: what is limited per node must come free for all of its links. */
import { describe, expect, it } from 'vitest';
import { Bitfield } from '../../../shared/bitfield.ts';
import { Geometry } from '../../../shared/geometry.ts';
import {
  BLOCK_BYTES,
  type InfoHash,
  type InfoHashV2,
  type LinkId,
  type PieceIndex,
} from '../../../shared/units.ts';
import { encodeBitfield, encodeHave, encodeUnchoke } from '../../../shared/wire/encode.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { INFO_HASH, LINK, PEER_ADDRESS, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';

const OTHER_HASH = 'c3'.repeat(20) as InfoHash;
const OTHER_LINK = 8 as LinkId;
const PIECES = 64;
const REQUEST_ID = 6;

/** Both links of one stock client, which chokes us on both, and has all of the first torrent and these of the second. */
function linkedTwice(
  ofSecond: readonly number[] = Array.from({ length: PIECES }, (_, i) => i),
): ScriptedPeer {
  const geometry = new Geometry(BLOCK_BYTES, [PIECES * BLOCK_BYTES]);
  const peer = new ScriptedPeer({ geometry });
  peer.input({
    type: 'addTorrent',
    torrent: OTHER_HASH,
    infoHashV2: 'd4'.repeat(32) as InfoHashV2,
    geometry,
    verified: Bitfield.empty(PIECES),
    want: 'all',
    superSeed: false,
    webSeed: false,
  });
  for (const [link, infoHash] of [
    [LINK, INFO_HASH],
    [OTHER_LINK, OTHER_HASH],
  ] as const) {
    const address = { ...PEER_ADDRESS, port: PEER_ADDRESS.port + link };
    peer.input({ type: 'linkOpened', link, direction: 'inbound', address, torrent: undefined });
    const handshake = { infoHash, peerId: PEER_ID, fast: false, extended: false, v2: false };
    const has = link === LINK ? Bitfield.full(PIECES) : Bitfield.empty(PIECES);
    if (link === OTHER_LINK) for (const piece of ofSecond) has.set(piece);
    say(peer, link, encodeHandshake(handshake), encodeBitfield(has.bytes));
  }
  return peer;
}

function say(peer: ScriptedPeer, link: LinkId, ...chunks: readonly Uint8Array[]): void {
  for (const bytes of chunks) peer.input({ type: 'linkData', link, bytes });
}

/** Requests on a link so far. */
function askedOn(peer: ScriptedPeer, link: LinkId): number {
  let asked = 0;
  for (const action of peer.actions)
    if (action.type === 'send' && action.link === link)
      for (const chunk of action.chunks) if (chunk.length === 17 && chunk[4] === REQUEST_ID) asked++;
  return asked;
}

const closed = (peer: ScriptedPeer, link: LinkId) =>
  peer.input({ type: 'linkClosed', link, reason: 'remote_closed' });

describe('a stock client with a connection for each of two torrents', () => {
  it('is asked for the second when the first, which had all its requests, is closed', () => {
    const peer = linkedTwice();
    say(peer, LINK, encodeUnchoke());
    say(peer, OTHER_LINK, encodeUnchoke());
    expect([askedOn(peer, LINK) > 0, askedOn(peer, OTHER_LINK)]).toEqual([true, 0]);
    closed(peer, LINK);
    peer.pass(60_000);
    expect(askedOn(peer, OTHER_LINK)).toBeGreaterThan(0);
  });

  it('is asked for what a reader waits for on the second, however much it owes on the first', () => {
    const peer = linkedTwice([0, 1]);
    say(peer, LINK, encodeUnchoke());
    say(peer, OTHER_LINK, encodeUnchoke());
    const piece = 5 as PieceIndex;
    peer.input({ type: 'readerWants', torrent: OTHER_HASH, reader: 1, pieces: [piece] });
    const before = askedOn(peer, OTHER_LINK);
    say(peer, OTHER_LINK, encodeHave(piece));
    expect(askedOn(peer, OTHER_LINK)).toBe(before + 1);
  });

  it('is tried again on the second when it was silent on the first, and that is closed', () => {
    const peer = linkedTwice();
    say(peer, LINK, encodeUnchoke());
    peer.pass(5_500);
    closed(peer, LINK);
    say(peer, OTHER_LINK, encodeUnchoke());
    peer.pass(60_000);
    expect(askedOn(peer, OTHER_LINK)).toBeGreaterThan(0);
  });

  it('is tried again on the second when it was silent on the first, of which nothing is wanted any more', () => {
    const peer = linkedTwice();
    say(peer, LINK, encodeUnchoke());
    say(peer, OTHER_LINK, encodeUnchoke());
    peer.pass(5_500);
    peer.input({ type: 'setWant', torrent: INFO_HASH, want: 'none' });
    peer.pass(60_000);
    expect(askedOn(peer, OTHER_LINK)).toBeGreaterThan(0);
  });
});
