/** Feed frames whose text was damaged at random: what the two parsers owe to any bytes from outside. */
import { expect } from 'vitest';
import { PeerError } from '../../shared/errors.ts';
import { encodeClientFrame, parseClientFrame } from '../../shared/feed/client-frame.ts';
import { encodeServerFrame, parseServerFrame } from '../../shared/feed/server-frame.ts';
import { type Random, seededRandom } from '../../shared/random.ts';

const ROUNDS = 6_000;
const BITS = ['"', '{', '}', '[', ']', ',', ',[', ':', '-1', '0', '9', '1e999', 'null'].concat([
  '\\ud800',
  '\u0000',
  '__proto__',
  '',
]);

/** Each damaged frame is refused as a PeerError, or read; and what is read is read again the same. */
export function expectReadOrPeerError(frames: readonly object[]): void {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  for (let round = 0; round < ROUNDS; round++) {
    const text = damage(JSON.stringify(frames[random.integer(frames.length)]), random);
    for (const [parse, encode] of [
      [parseClientFrame, encodeClientFrame],
      [parseServerFrame, encodeServerFrame],
    ] as const) {
      try {
        const frame = parse(text);
        expect(parse((encode as (frame: object) => string)(frame)), `seed ${seed}`).toEqual(frame);
      } catch (error) {
        if (!(error instanceof PeerError)) throw new Error(`seed ${seed} round ${round}`, { cause: error });
      }
    }
  }
}

function damage(text: string, random: Random): string {
  let result = text;
  for (let i = 1 + random.integer(3); i > 0; i--) {
    const at = random.integer(result.length + 1);
    result = result.slice(0, at) + BITS[random.integer(BITS.length)] + result.slice(at + random.integer(3));
  }
  return result;
}
