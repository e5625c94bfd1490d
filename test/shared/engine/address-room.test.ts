import { expect, test } from 'vitest';
import { type KnownAddress, whoMakesRoom } from '../../../shared/engine/address-room.ts';
import type { PeerId } from '../../../shared/units.ts';

const PEER = 'ab'.repeat(20) as PeerId;

/** A full book: names are keys. */
const book = (entries: Readonly<Record<string, Partial<KnownAddress>>>) =>
  new Map(
    Object.entries(entries).map(([key, more]): [string, KnownAddress] => [
      key,
      { source: 'host', failures: 0, dialAt: 0, isDialling: false, peerId: undefined, ...more },
    ]),
  );
const roomIn = (entries: ReadonlyMap<string, KnownAddress>, newcomer: KnownAddress['source']) =>
  whoMakesRoom(entries, newcomer, entries.size);

test('threat row 2: the first that failed makes room, whoever named it', () => {
  const known = book({ new: {}, failed: { failures: 1 }, twice: { failures: 2 } });
  expect(roomIn(known, 'host')).toBe('failed');
  expect(roomIn(known, 'tracker')).toBe('failed');
});

test('not one that is being dialled, nor ourselves, which must not come anew', () => {
  const failed = { failures: 1 };
  const known = book({
    dialled: { ...failed, isDialling: true },
    ourselves: { ...failed, dialAt: Number.POSITIVE_INFINITY },
    failed,
  });
  expect(roomIn(known, 'host')).toBe('failed');
});

test('threat row 2: a source that fills more than half makes room for others, and not for more of itself', () => {
  const flooded = book({ real: { source: 'tracker' }, a: {}, b: {} });
  expect(roomIn(flooded, 'tracker')).toBe('a');
  expect(roomIn(flooded, 'host')).toBeUndefined();
  const halves = book({ real: { source: 'tracker' }, a: {} });
  expect(roomIn(halves, 'tracker')).toBeUndefined();
});

test('what was linked once, or is being dialled, stays', () => {
  expect(roomIn(book({ linked: { peerId: PEER }, dialled: { isDialling: true }, c: {} }), 'tracker')).toBe(
    'c',
  );
  expect(
    roomIn(book({ linked: { peerId: PEER }, dialled: { isDialling: true } }), 'tracker'),
  ).toBeUndefined();
});
