import { expect, test } from 'vitest';
import { MAX_PAD_BYTES } from '../../../../shared/http/route.ts';
import { padBody } from '../../../../shared/node/http/pad-body.ts';
import { forRandomInputs } from '../../http/random-inputs.ts';

const { signal } = new AbortController();

async function read(lengthBytes: number, startBytes: number, endBytes: number): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of padBody(lengthBytes).read(startBytes, endBytes, signal)) chunks.push(chunk);
  return chunks;
}

test('BEP 47: any range of any pad is zeros of that length', async () => {
  const asked: [number, number, number][] = [[MAX_PAD_BYTES, 0, MAX_PAD_BYTES]];
  forRandomInputs(100, (random) => {
    const length = 1 + random.integer(300_000);
    const start = random.integer(length);
    asked.push([length, start, start + 1 + random.integer(length - start)]);
  });
  for (const [length, start, end] of asked) {
    const chunks = await read(length, start, end);
    const sum = chunks.reduce((total, chunk) => total + chunk.length, 0);
    expect([length, start, end, sum]).toEqual([length, start, end, end - start]);
    expect(chunks.every((chunk) => chunk.every((byte) => byte === 0))).toBe(true);
  }
});

test('a small pad is hot, a large one is not made in memory', () => {
  expect(padBody(65_536).whole?.length).toBe(65_536);
  expect(padBody(65_537).whole).toBeUndefined();
});

test('a range outside its pad is our mistake, and said so', async () => {
  await expect(read(10, 0, 11)).rejects.toThrow('a range lies within its pad');
  await expect(read(10, 5, 4)).rejects.toThrow('a range lies within its pad');
});
