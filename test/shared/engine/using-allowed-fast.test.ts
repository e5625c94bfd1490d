import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { nodeHashes } from '../../../shared/node/hashing/node-hashes.ts';
import { BLOCK_BYTES } from '../../../shared/units.ts';
import {
  encodeAllowedFast,
  encodeBitfield,
  encodeHave,
  encodeHaveAll,
  encodePiece,
  encodeReject,
  encodeSuggest,
  encodeUnchoke,
} from '../../../shared/wire/encode.ts';
import { ScriptedPeer } from '../../support/scripted-peer.ts';

const PIECES = 100;
const geometry = new Geometry(2 * BLOCK_BYTES, [2 * BLOCK_BYTES * PIECES]);

describe('using what a choking node allows', () => {
  const choked = () => new ScriptedPeer({ geometry, engine: { hashes: nodeHashes } }).greeted();
  const asked = (peer: ScriptedPeer) =>
    peer.heard().flatMap((message) => (message.type === 'request' ? [message.piece] : []));

  it('BEP 6: allowed pieces that it has are asked for while we are choked', () => {
    const peer = choked();
    peer.say(encodeAllowedFast(7), encodeAllowedFast(9), encodeBitfield(bits(9, 50)));
    expect(asked(peer)).toEqual([9, 9]);
    peer.say(encodeHave(7));
    expect(asked(peer)).toEqual([9, 9, 7, 7]);
    peer.say(encodePiece(9, 0, new Uint8Array(BLOCK_BYTES)));
    expect(peer.closedFor).toBeUndefined();
    peer.say(encodeUnchoke());
    expect(new Set(asked(peer))).toEqual(new Set([9, 7, 50]));
  });

  it('threat row 11: a piece that is rejected all the same is not asked for again', () => {
    const peer = choked();
    peer.say(encodeHaveAll(), encodeAllowedFast(9));
    for (let i = 0; i < 50; i++) {
      const requests = peer.heard().filter((message) => message.type === 'request');
      for (const request of requests) if (request.type === 'request') peer.say(encodeReject(request));
    }
    expect(asked(peer)).toEqual([9, 9]);
    expect(peer.closedFor).toBeUndefined();
  });

  it('threat row 9: allowed-fast or suggest of a piece that is none, or without the extension, ends the link', () => {
    for (const encode of [encodeAllowedFast, encodeSuggest]) {
      const wrong = choked();
      wrong.say(encode(PIECES));
      expect(wrong.closedFor).toBe('peer_have_unknown_piece');
      const plain = new ScriptedPeer({ geometry }).greeted({ fast: false });
      plain.say(encode(1));
      expect(plain.closedFor).toBe('peer_fast_not_agreed');
    }
  });

  it('BEP 6: a suggested piece is asked for before others', () => {
    for (const wish of [3, 42, 77]) {
      const peer = choked();
      peer.say(encodeHaveAll(), encodeSuggest(wish), encodeUnchoke());
      expect(asked(peer)[0]).toBe(wish);
    }
  });

  it('threat row 12: of suggestions the newest 16 are remembered, and a flood of them ends the link', () => {
    const peer = choked();
    peer.say(encodeHaveAll());
    for (let piece = 0; piece < 60; piece++) peer.say(encodeSuggest(piece));
    peer.say(encodeUnchoke());
    expect(asked(peer).slice(0, 8)).toEqual([59, 59, 58, 58, 57, 57, 56, 56]);
    const spam = choked();
    for (let i = 0; i < 100_000 && spam.closedFor === undefined; i++) spam.say(encodeSuggest(i % PIECES));
    expect(spam.closedFor).toBe('peer_flood');
  });
});

function bits(...pieces: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(PIECES / 8));
  for (const piece of pieces) bytes[piece >> 3] = (bytes[piece >> 3] as number) | (0x80 >> (piece & 7));
  return bytes;
}
