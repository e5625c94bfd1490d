/**
 * A request that is given up may be asked again of the same peer while its first answer is still on the way: both
 * answers are honest. (A swarm of a hundred hosts dropped seventeen links for it.)
 */
import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { encodeHaveAll, encodePiece, encodeReject, encodeUnchoke } from '../../../shared/wire/encode.ts';
import { ScriptedPeer } from '../../support/scripted-peer.ts';

const BLOCK = { piece: 0, beginBytes: 0, lengthBytes: 16_384 };

/** A peer that lets us ask for one block, and is silent until we have given up and asked again. */
function askedTwice(): ScriptedPeer {
  const peer = new ScriptedPeer({ geometry: new Geometry(65_536, [65_536]), engine: { endGameAfterMs: 50 } });
  peer.greeted().say(encodeHaveAll(), encodeUnchoke());
  for (let second = 0; second < 60 && requests(peer) < 2; second++) peer.pass(1_000);
  expect(requests(peer)).toBe(2);
  return peer;
}

const cancels = (peer: ScriptedPeer) =>
  peer.heard().filter((message) => message.type === 'cancel' && message.beginBytes === 0).length;

const requests = (peer: ScriptedPeer) =>
  peer.heard().filter((message) => message.type === 'request' && message.beginBytes === 0).length;

describe('a block asked for, given up and asked for again', () => {
  it('may come twice, and not three times', () => {
    const peer = askedTwice();
    const bytes = new Uint8Array(16_384);
    peer.say(encodePiece(0, 0, bytes), encodePiece(0, 0, bytes));
    expect(peer.closedFor).toBeUndefined();
    peer.say(encodePiece(0, 0, bytes));
    expect(peer.closedFor).toBe('peer_block_unrequested');
  });

  it('BEP 6: a reject answers the first request, and the second stands', () => {
    const peer = askedTwice();
    peer.say(encodeReject(BLOCK), encodePiece(0, 0, new Uint8Array(16_384)));
    expect(peer.closedFor).toBeUndefined();
    expect(peer.engine.counters.fromPeersBytes).toBe(16_384);
  });

  it('BEP 6: a block that answers the first request calls the second one off', () => {
    const peer = askedTwice();
    const before = cancels(peer);
    peer.say(encodePiece(0, 0, new Uint8Array(16_384)));
    expect(cancels(peer) - before).toBe(1);
    peer.say(encodeReject(BLOCK));
    expect(peer.closedFor).toBeUndefined();
  });
});
