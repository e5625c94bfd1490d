import { describe, expect, it } from 'vitest';
import { bytesWords } from '../../../storefront/src/words/bytes-words.ts';

describe('amounts of bytes', () => {
  it.each([
    [512, '512 B'],
    [65_536, '64 KiB'],
    [1_572_864, '1.5 MiB'],
  ])('%d bytes', (bytes, words) => {
    expect(bytesWords(bytes)).toBe(words);
  });
});
