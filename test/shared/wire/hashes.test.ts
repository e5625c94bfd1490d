import { describe, expect, it } from 'vitest';
import type { HashRange } from '../../../shared/metainfo/hash-range.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { FileRoot } from '../../../shared/units.ts';
import { MessageDecoder } from '../../../shared/wire/decoder.ts';
import { encodeHashes, encodeHashRequest } from '../../../shared/wire/encode.ts';
import {
  encodeHashRange,
  HASH_RANGE_BYTES,
  MAX_HASHES_MESSAGE_BYTES,
  parseHashRange,
} from '../../../shared/wire/hashes.ts';
import type { Message } from '../../../shared/wire/messages.ts';

const root = 'ab'.repeat(32) as FileRoot;
const range: HashRange = { root, baseLayer: 1, index: 128, length: 64, proofLayers: 7 };

function decode(bytes: Uint8Array): Message[] {
  const messages: Message[] = [];
  new MessageDecoder({ maxMessageBytes: 64 }).feed(bytes, (message) => messages.push(message));
  return messages;
}

/** A head of a `hashes` message that claims a length. */
function head(lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(5);
  new DataView(bytes.buffer).setUint32(0, lengthBytes);
  bytes[4] = 22;
  return bytes;
}

describe('hash messages', () => {
  it('BEP 52: a request names root, base layer, index, length and proof layers', () => {
    const bytes = encodeHashRequest(encodeHashRange(range));
    const numbers = [0, 0, 0, 1, 0, 0, 0, 128, 0, 0, 0, 64, 0, 0, 0, 7];
    expect([...bytes]).toEqual([0, 0, 0, 49, 21, ...new Uint8Array(32).fill(0xab), ...numbers]);
    const [message] = decode(bytes);
    expect(message?.type === 'hashRequest' && parseHashRange(message.wanted)).toEqual(range);
  });

  it('BEP 52: an answer repeats the request and appends the hashes', () => {
    const hashes = Uint8Array.from({ length: 64 }, (_, at) => at);
    const [message] = decode(encodeHashes(encodeHashRange(range), hashes));
    if (message?.type !== 'hashes') throw new Error('not understood');
    expect(parseHashRange(message.wanted)).toEqual(range);
    expect([...message.hashes]).toEqual([...hashes]);
  });

  it.each([
    ['no hash at all', 1 + HASH_RANGE_BYTES],
    ['half a hash', 1 + HASH_RANGE_BYTES + 16],
    ['a hash and a byte', 1 + HASH_RANGE_BYTES + 33],
    ['less than a range', 20],
  ])('threat row 5: an answer of %s is refused as soon as its length is known', (_name, lengthBytes) => {
    expect(() => decode(head(lengthBytes))).toThrow(/message 22 of/);
  });

  it('threat row 5: an answer of more hashes than anybody asks for is refused before it is read', () => {
    expect(() => decode(head(MAX_HASHES_MESSAGE_BYTES + 32))).toThrow(/message/);
    expect(() => decode(head(MAX_HASHES_MESSAGE_BYTES))).not.toThrow();
  });

  it('a range is what it was, over the wire (1,000 seeds)', () => {
    for (let seed = 1; seed <= 1_000; seed++) {
      const random = seededRandom(seed);
      const number = () => Math.floor(random.fraction() * 2 ** 32);
      const digits = Array.from({ length: 64 }, () => random.integer(16).toString(16)).join('');
      const some: HashRange = {
        root: digits as FileRoot,
        baseLayer: number(),
        index: number(),
        length: number(),
        proofLayers: number(),
      };
      expect(parseHashRange(encodeHashRange(some)), `seed ${seed}`).toEqual(some);
    }
  });
});
