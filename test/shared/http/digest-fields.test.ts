import { describe, expect, test } from 'vitest';
import { wantsSha256 } from '../../../shared/http/digest-fields.ts';
import { forRandomInputs, jumble } from './random-inputs.ts';

describe('Want-Repr-Digest is a dictionary of algorithms with preferences 0 to 10 (RFC 9530 section 4)', () => {
  test.each([
    ['sha-256=1', true],
    ['sha-256=10', true],
    ['sha-512=3, sha-256=10, unixsum=0', true],
    ['sha-512=3,\tsha-256=5', true],
    ['sha-256=0', false],
    ['sha-256=11', false],
    ['sha-512=9', false],
    ['sha-256=0, sha-256=3', true],
    ['sha-256=3, sha-256=0', false],
    ['sha-256', false],
    ['SHA-256=1', false],
    ['sha-256=-1', false],
    ['sha-256=1.5', false],
    ['sha-256 = 1', false],
    ['sha-256=1, x y', false],
    ['', false],
    [undefined, false],
    ['sha-256="1"', false],
    [`sha-256=1,${' '.repeat(600)}`, false],
  ])('%j: %s', (field, wants) => {
    expect(wantsSha256(field)).toBe(wants);
  });
});

test('random fields are read without error', () => {
  const pieces = ['sha-256', 'sha-512', '=', '1', '0', '10', ',', ' ', ';', '"', '?1'];
  let wanted = 0;
  forRandomInputs(20_000, (random) => {
    const field = jumble(random, pieces, 8);
    if (!wantsSha256(field)) return;
    wanted++;
    if (!/sha-256=(?:[1-9]|10)\b|sha-256=0[1-9]/.test(field)) throw new Error(field);
  });
  expect(wanted).toBeGreaterThan(0);
});
