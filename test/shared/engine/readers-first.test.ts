/** What a super-seeding origin tells of while readers ask it by HTTP. */
import { expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES } from '../../../shared/units.ts';
import { encodeBitfield, encodeHave } from '../../../shared/wire/encode.ts';
import { ScriptedPeer } from '../../support/scripted-peer.ts';

const PIECES = 64;

function origin(): ScriptedPeer {
  const geometry = new Geometry(BLOCK_BYTES, [PIECES * BLOCK_BYTES]);
  return new ScriptedPeer({ held: 'all', superSeed: true, geometry });
}

const told = (of: ScriptedPeer): number[] =>
  of.heard().flatMap((message) => (message.type === 'have' ? [message.piece] : []));

const NOTHING = encodeBitfield(new Uint8Array(PIECES / 8));

it('RW4: a node is told of one piece, and of the next once it has that; 150 ms after the last reader of as many as ever', () => {
  const quiet = origin().greeted();
  quiet.say(NOTHING);
  expect(told(quiet)).toHaveLength(2);

  const asked = origin();
  asked.input({ type: 'readerAsked' });
  asked.greeted();
  asked.say(NOTHING);
  const [first, ...others] = told(asked) as [number, ...number[]];
  expect(others).toEqual([]);
  asked.pass(20);
  asked.say(encodeHave(first));
  expect(told(asked)).toHaveLength(2);
  asked.pass(100);
  asked.input({ type: 'readerAsked' });
  asked.pass(149);
  expect(told(asked)).toHaveLength(2);
  asked.pass(1);
  expect(told(asked)).toHaveLength(3);
});
