import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detectType } from '../../../server/ingest/detect-type.ts';
import { UserError } from '../../../shared/errors.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['jpeg', '\xff\xd8\xff\xe0\0\x10JFIF'],
  ['jpeg', '\xff\xd8\xff\xdb'],
  ['png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
  ['webp', 'RIFF\x24\0\0\0WEBPVP8 '],
  ['webp', 'RIFF\x24\0\0\0WEBPVP8X'],
  ['avif', '\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf'],
  ['avif', '\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf'],
  ['avif', '\0\0\0\x1cftypavis\0\0\0\0msf1avis'],
])('%s is told by its first bytes', (type, text) => {
  expect(detectType(bytes(text))).toBe(type);
});

test.each([
  ['RIFF\x24\0\0\0WAVEfmt ', 'upload_not_image'],
  // A brand behind the end of the box is no brand of the file.
  ['\0\0\0\x14ftypheic\0\0\0\0heicavif', 'upload_type_unsupported'],
  ['\x89PNG\n\x1a\n', 'upload_not_image'],
  ['text that speaks of <svg', 'upload_not_image'],
])('%j is refused', (text, code) => {
  expect(() => detectType(bytes(text))).toThrow(expect.objectContaining({ code, status: 415 }));
});

test('any bytes give a type or one of two codes', () => {
  const magic = fc.constantFrom(
    '\xff\xd8\xff',
    '\x89PNG\r\n\x1a\n',
    'RIFF\0\0\0\0WEBP',
    '\0\0\0\x20ftyp',
    '\xff\xff\xff\xffftyp',
    '<svg',
    'GIF8',
    '',
  );
  const head = fc
    .tuple(magic, fc.uint8Array({ maxLength: 200 }))
    .map(([start, rest]) => Buffer.concat([bytes(start), rest]));
  // A failure prints the seed and the path to replay it.
  fc.assert(
    fc.property(head, (input) => {
      try {
        expect(['jpeg', 'png', 'webp', 'avif']).toContain(detectType(input));
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect(['upload_not_image', 'upload_type_unsupported']).toContain((error as UserError).code);
      }
    }),
    { numRuns: 3_000 },
  );
});
