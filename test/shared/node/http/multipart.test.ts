import { expect, test } from 'vitest';
import type { ByteRange } from '../../../../shared/http/range.ts';
import { makeResource, NAMED_CACHING } from '../../../../shared/node/http/image-headers.ts';
import { boundaryOf, type Content, multipart, singlePart } from '../../../../shared/node/http/multipart.ts';
import { forRandomInputs } from '../../http/random-inputs.ts';

const parts = {
  etag: `"${'e'.repeat(64)}"`,
  sizeBytes: 1000,
  contentType: 'image/avif',
  caching: NAMED_CACHING,
  digest: { sha256: undefined },
};
const resource = makeResource(parts, 'edge-1');
const range = (startBytes: number, endBytes: number): ByteRange => ({ startBytes, endBytes });

function bytesIn({ parts: all, tail }: Content): number {
  let sum = tail?.length ?? 0;
  for (const { head, range: one } of all) sum += (head?.length ?? 0) + one.endBytes - one.startBytes;
  return sum;
}

test('a single part is the range and nothing else', () => {
  expect(singlePart(range(5, 9))).toEqual({
    parts: [{ head: undefined, range: range(5, 9) }],
    tail: undefined,
    lengthBytes: 4,
  });
});

test('RFC 9110 section 14.6: delimiter, type and place before each part, a closing delimiter at the end', () => {
  const content = multipart(resource, [range(0, 10), range(500, 1000)]);
  expect(content.parts.map(({ head }) => String(head))).toEqual([
    `\r\n--${'e'.repeat(64)}\r\nContent-Type: image/avif\r\nContent-Range: bytes 0-9/1000\r\n\r\n`,
    `\r\n--${'e'.repeat(64)}\r\nContent-Type: image/avif\r\nContent-Range: bytes 500-999/1000\r\n\r\n`,
  ]);
  expect(String(content.tail)).toBe(`\r\n--${'e'.repeat(64)}--\r\n`);
});

test('RFC 2046 section 5.1.1: a boundary has at most 70 characters of its alphabet', () => {
  expect(boundaryOf(resource)).toMatch(/^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/);
});

test('Content-Length is what is sent, whatever the ranges', () => {
  forRandomInputs(200, (random) => {
    const ranges = Array.from({ length: 1 + random.integer(5) }, () => {
      const startBytes = random.integer(1000);
      return range(startBytes, startBytes + 1 + random.integer(1000 - startBytes));
    });
    const content = multipart(resource, ranges);
    expect(content.lengthBytes).toBe(bytesIn(content));
    expect(content.parts.map((part) => part.range)).toEqual(ranges);
  });
});
