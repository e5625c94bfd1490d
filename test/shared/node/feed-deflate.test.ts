/** Goal: every text comes back as it was, entries come small, and nothing that is sent can blow up or throw oddly. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { deflateFrame, inflateFrame } from '../../../shared/node/feed-deflate.ts';
import { seededRandom } from '../../../shared/random.ts';

const KIB = 1024;
const hex = (random: ReturnType<typeof seededRandom>, digits: number) =>
  Array.from({ length: digits }, () => random.integer(16).toString(16)).join('');

function entryFrame(seed: number): string {
  const random = seededRandom(seed);
  const renditions = [160, 320, 640, 1280, 2048].flatMap((width) =>
    ['avif', 'webp', 'jpg'].map((format) => ({
      name: `${width}.${format}`,
      url: `/images/${hex(random, 24)}/${width}.${format}`,
      width,
      height: random.integer(2000),
      type: `image/${format === 'jpg' ? 'jpeg' : format}`,
      bytes: random.integer(200_000),
      root: hex(random, 64),
    })),
  );
  const image = { id: hex(random, 24), infoHash: hex(random, 40), infoHashV2: hex(random, 64), renditions };
  const body = JSON.stringify({ number: 7, previous: hex(random, 64), change: { type: 'publish', image } });
  return JSON.stringify({ type: 'entries', entries: [{ body, signature: hex(random, 128) }] });
}

const invalid = expect.objectContaining({ code: 'feed_frame_invalid' });

describe('deflated feed frames', () => {
  test('a frame comes back as it was; one entry takes less than half of its text', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const text = entryFrame(seed);
      const bytes = deflateFrame(text);
      expect(inflateFrame(bytes, text.length), `seed ${seed}`).toBe(text);
      expect(bytes.length).toBeLessThan(text.length / 2);
    }
    expect(inflateFrame(deflateFrame('“é”'), 100)).toBe('“é”');
  });

  test('piece hashes take little more than half a byte a digit', () => {
    const hashes = hex(seededRandom(1), 64 * KIB);
    expect(deflateFrame(JSON.stringify({ hashes })).length).toBeLessThan(0.53 * hashes.length);
  });

  test('threat row 26: a bomb of 64 MiB in 64 KiB ends at the limit', () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * KIB * KIB, '{'));
    expect(bomb.length).toBeLessThan(80 * KIB);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => inflateFrame(bomb, 256 * KIB)).toThrow(invalid);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * KIB * KIB);
  });

  test('bytes that are no deflated text: feed_frame_invalid, and no other error', () => {
    const random = seededRandom(26);
    for (let round = 0; round < 2_000; round++) {
      const bytes = deflateFrame(entryFrame(round % 5));
      for (let i = 0; i <= random.integer(4); i++) bytes[random.integer(bytes.length)] = random.integer(256);
      try {
        inflateFrame(bytes.subarray(0, random.integer(bytes.length + 1)), 64 * KIB);
      } catch (error) {
        expect(error, `seed 26, round ${round}`).toMatchObject({ code: 'feed_frame_invalid' });
      }
    }
    expect(() => inflateFrame(deflateRawSync(Uint8Array.of(0xff, 0xfe)), KIB)).toThrow(invalid);
  });
});
