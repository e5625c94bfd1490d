/** BEP 16 for a node that comes back: it is offered what it lacks, whatever it was offered before it could say so. */
import { expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES } from '../../../shared/units.ts';
import { encodeBitfield, encodeHave } from '../../../shared/wire/encode.ts';
import { ScriptedPeer } from '../../support/scripted-peer.ts';

const PIECES = 16;
const LACKS = 13;

function rejoined(): ScriptedPeer {
  const geometry = new Geometry(BLOCK_BYTES, [PIECES * BLOCK_BYTES]);
  const origin = new ScriptedPeer({
    held: 'all',
    superSeed: true,
    geometry,
    // A window of two pieces: the first offer cannot name them all.
    engine: { superSeedWindowBytes: 2 * BLOCK_BYTES },
  });
  return origin.greeted();
}

const offered = (origin: ScriptedPeer) =>
  origin.heard().flatMap((message) => (message.type === 'have' ? [message.piece] : []));

it('a node that has all but one piece is offered that piece', () => {
  const origin = rejoined();
  const has = new Uint8Array(PIECES / 8).fill(0xff);
  has[LACKS >> 3] = (has[LACKS >> 3] as number) & ~(0x80 >> (LACKS & 7));
  origin.say(encodeBitfield(has));
  origin.pass(1_000);
  expect(offered(origin)).toContain(LACKS);
});

it('a node that was complete, lost a piece and comes back is not taken for another source of it', () => {
  const origin = rejoined();
  for (let piece = 0; piece < PIECES; piece++) origin.say(encodeHave(piece));
  expect(origin.closedFor).toBe('both_complete');
  origin.actions.splice(0);
  origin.greeted();
  origin.say(encodeBitfield(Uint8Array.of(0xff, 0xfb)));
  // At once: nobody else is there to wait for.
  expect(offered(origin)).toContain(LACKS);
});
