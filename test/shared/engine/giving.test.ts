import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { encodeGive, OUR_CHANNELS_ID } from '../../../shared/wire/channels.ts';
import { encodePiece } from '../../../shared/wire/encode.ts';
import { saidOnChannels, withChannels } from '../../support/channel-peer.ts';
import { LINK, type ScriptedPeer } from '../../support/scripted-peer.ts';

const PIECES = 4;
const geometry = new Geometry(16_384, [PIECES * 16_384]);
const give = (piece: number) => encodeGive(OUR_CHANNELS_ID, 0, piece);
const block = (piece: number) => encodePiece(piece, 0, new Uint8Array(16_384));
const hashed = (peer: ScriptedPeer) =>
  peer.actions.flatMap((action) => (action.type === 'hashPiece' ? [action.piece] : []));
const given = (peer: ScriptedPeer) =>
  saidOnChannels(peer).flatMap((message) => (message.type === 'give' ? [message.piece] : []));
const heard = (peer: ScriptedPeer, type: string) => peer.heardTypes().filter((one) => one === type).length;

/** Each read so far, after what was sent in its step. */
function answerReads(peer: ScriptedPeer): void {
  for (const action of [...peer.actions]) {
    if (action.type !== 'readBlock') continue;
    const { link, torrent, piece, beginBytes, lengthBytes } = action;
    peer.input({ type: 'blockRead', link, torrent, piece, beginBytes, bytes: new Uint8Array(lengthBytes) });
  }
  const bytes = peer.actions.flatMap((action) => (action.type === 'send' ? action.chunks : []));
  peer.input({ type: 'linkSent', link: LINK, bytes: bytes.reduce((sum, { length }) => sum + length, 0) });
}

/** The engine has none of the set, and hears of gifts. */
const receiver = (role?: 'origin' | 'edge') =>
  withChannels({ geometry }, { takesGifts: true, ...(role && { role }) });

/** The engine super-seeds the set to an edge. */
const origin = (takesGifts: boolean) =>
  withChannels({ geometry, held: 'all', superSeed: true }, { role: 'edge', takesGifts });

describe('gifts', () => {
  it('GV1: nothing is given to a node that does not name the extension', () => {
    const peer = origin(false);
    peer.pass(50);
    expect(given(peer)).toEqual([]);
    expect(heard(peer, 'have')).toBeGreaterThan(0);
  });

  it('GV2, GV6: an origin gives what nobody was told of, and its blocks follow unasked', () => {
    const peer = origin(true);
    const pieces = given(peer);
    expect(pieces.length).toBeGreaterThan(0);
    answerReads(peer);
    const sent = peer.heard().flatMap((message) => (message.type === 'piece' ? [message.piece] : []));
    expect(sent).toEqual(pieces);
    expect(heard(peer, 'have')).toBe(0);
  });

  it('GV6: a piece that is told again is not given again', () => {
    const peer = origin(true);
    const before = given(peer);
    answerReads(peer);
    // Nothing is said to have come: what was told is told again, by and by.
    peer.pass(60_000);
    expect(new Set(given(peer)).size).toBe(given(peer).length);
    expect(heard(peer, 'have')).toBeGreaterThan(0);
    expect(before.length).toBeGreaterThan(0);
  });

  it('GV3: blocks of a gift are taken, and not asked for', () => {
    const peer = receiver('edge');
    peer.say(give(2), block(2));
    expect(hashed(peer)).toEqual([2]);
    expect([heard(peer, 'request'), heard(peer, 'cancel'), peer.closedFor]).toEqual([0, 0, undefined]);
  });

  it('GV3: a gift that does not come is asked of others, as a request is', () => {
    const peer = receiver('edge');
    peer.say(give(2));
    peer.pass(20_000);
    expect(heard(peer, 'cancel')).toBeGreaterThan(0);
    peer.say(block(2));
    expect([hashed(peer), peer.closedFor]).toEqual([[2], undefined]);
  });

  it('GV4: a gift of what is here is cancelled; its block is no offence, a second one is', () => {
    const peer = receiver('edge');
    peer.say(give(2), block(2), give(2));
    expect(heard(peer, 'cancel')).toBe(1);
    peer.say(block(2));
    expect([hashed(peer), peer.closedFor]).toEqual([[2], undefined]);
    expect(peer.engine.counters.wastedBytes).toBe(16_384);
    peer.say(block(2));
    expect(peer.closedFor).toBe('peer_block_unrequested');
  });

  it('GV4: a give of a piece that is none ends the link', () => {
    const peer = receiver('edge');
    peer.say(give(PIECES));
    expect(peer.closedFor).toBe('peer_have_unknown_piece');
  });

  it('GV5: a block without a give ends the link, of the fleet too', () => {
    const peer = receiver('edge');
    peer.say(block(1));
    expect(peer.closedFor).toBe('peer_block_unrequested');
  });

  it("threat row 10: GV5: a stranger's gifts are cancelled, and too many of them end its link", () => {
    const peer = receiver();
    peer.say(give(0));
    expect([heard(peer, 'cancel'), peer.closedFor]).toEqual([1, undefined]);
    let gifts = 1;
    for (; gifts < 10_000 && peer.closedFor === undefined; gifts++) peer.say(give(0), block(0));
    expect(peer.closedFor).toBe('peer_flood');
    expect(gifts).toBeLessThan(1_000);
    expect(hashed(peer).length).toBeLessThan(2);
  });
});
