import { describe, expect, test } from 'vitest';
import {
  failedFirst,
  percentOf,
  refusalBefore,
  stateWords,
} from '../../../../storefront/src/desk/uploads/upload-item.ts';

const LIMITS = {
  maxBytes: 1_048_576,
  maxPixels: 1e8,
  maxSidePixels: 16_383,
  types: ['image/jpeg', 'image/png'],
  maxUploads: 32,
};

describe('what is told before a byte is sent', () => {
  const refusal = (file: Partial<File>) =>
    refusalBefore({ name: 'a.jpg', size: 10, type: 'image/jpeg', ...file }, LIMITS);

  test('a photo within the limits is not refused', () => {
    expect(refusal({})).toBeUndefined();
    expect(refusal({ size: LIMITS.maxBytes })).toBeUndefined();
  });

  test('a type that the system does not know is for the origin to judge', () => {
    expect(refusal({ type: '' })).toBeUndefined();
  });

  test.each([
    ['too large', { size: LIMITS.maxBytes + 1 }, 'upload_too_large', /1 MiB/],
    ['another type', { type: 'image/gif' }, 'upload_type_unsupported', /JPEG, PNG/],
    ['nothing in it', { size: 0 }, 'upload_not_image', /empty/],
  ])('%s: why, and no retry', (_name, file, code, words) => {
    expect(refusal(file)).toMatchObject({
      kind: 'failed',
      code,
      detail: expect.stringMatching(words),
      canRetry: false,
    });
  });
});

test('failed ones stand on top; the others stay as they were added, for somebody may be typing there', () => {
  const kinds = ['ready', 'waiting', 'uploading', 'failed', 'processing', 'failed'] as const;
  const items = kinds.map((kind, key) => ({ kind, key }));
  expect(failedFirst(items).map(({ key }) => key)).toEqual([3, 5, 0, 1, 2, 4]);
});

test('percent of the present step', () => {
  expect(percentOf({ kind: 'uploading', sentBytes: 999, totalBytes: 1_000 })).toBe(99);
  expect(percentOf({ kind: 'uploading', sentBytes: 0, totalBytes: 0 })).toBe(0);
  expect(percentOf({ kind: 'processing', done: 5, total: 15 })).toBe(33);
  expect(percentOf({ kind: 'processing', done: 0, total: 0 })).toBe(0);
});

test('states in words', () => {
  expect(stateWords({ kind: 'uploading', sentBytes: 1, totalBytes: 4 })).toBe('Uploading, 25 %');
  expect(stateWords({ kind: 'processing', done: 2, total: 15 })).toBe('Processing, rendition 2 of 15');
  expect(stateWords({ kind: 'processing', done: 0, total: 0 })).toBe('Processing');
});
