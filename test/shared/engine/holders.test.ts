import { expect, test } from 'vitest';
import type { PieceIndex } from '../../../shared/units.ts';
import { encodeHave } from '../../../shared/wire/encode.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { INFO_HASH, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';

const [first, second] = [0 as PieceIndex, 1 as PieceIndex];

test('a node counts as a holder of pieces once it told of all of them, and an origin never', () => {
  const peer = new ScriptedPeer();
  peer.connect();
  peer.say(
    encodeHandshake({ infoHash: INFO_HASH, peerId: PEER_ID, fast: false, extended: false, v2: false }),
  );
  expect(peer.engine.holders(INFO_HASH, first, second)).toBe(0);
  peer.say(encodeHave(first));
  expect(peer.engine.holders(INFO_HASH, first, second)).toBe(0);
  peer.say(encodeHave(second));
  expect(peer.engine.holders(INFO_HASH, first, second)).toBe(1);
  peer.input({ type: 'fleet', nodes: [{ peerId: PEER_ID, isOrigin: true }] });
  expect(peer.engine.holders(INFO_HASH, first, second)).toBe(0);
});
