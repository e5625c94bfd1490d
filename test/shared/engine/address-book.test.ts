import { describe, expect, it, vi } from 'vitest';
import { AddressBook } from '../../../shared/engine/address-book.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { PeerId } from '../../../shared/units.ts';

const address = (host: number) => ({ ip: `10.0.0.${host}`, port: 6881 });
const PEER = 'ab'.repeat(20) as PeerId;
const nobody = () => false;
const random = () => seededRandom(1);

describe('threat row 2: many addresses, of which most are invented', () => {
  const invented = Array.from({ length: 1_000 }, (_, i) => ({
    ip: `192.${i >> 8}.${i & 255}.1`,
    port: 6881,
  }));

  it('one source does not fill the book, nor all dials', () => {
    const book = new AddressBook(500, 2_000);
    book.add(invented, 'host');
    expect(book.take(50, 0, random(), { isLinked: nobody })).toHaveLength(20);
    const real = [1, 2, 3].map(address);
    book.add(real, 'tracker');
    expect(book.take(50, 0, random(), { isLinked: nobody })).toEqual(expect.arrayContaining(real));
    expect(book.size).toBe(500);
  });

  it('nor does one prefix take more than three dials at a time; one that ends makes room', () => {
    const book = new AddressBook(500, 2_000);
    const near = Array.from({ length: 250 }, (_, i) => ({ ip: `192.0.2.${i}`, port: 6881 }));
    book.add(near, 'host');
    const dials = book.take(50, 0, random(), { isLinked: nobody });
    expect(dials).toHaveLength(3);
    expect(book.take(50, 0, random(), { isLinked: nobody })).toEqual([]);
    book.ended(dials[0] as { ip: string; port: number }, false, 0);
    expect(book.take(50, 0, random(), { isLinked: nobody })).toHaveLength(1);
  });

  it('a node that is linked already is not dialled, so that no limit holds for it', () => {
    const book = new AddressBook(500, 2_000);
    book.add(invented.slice(0, 30), 'host');
    expect(book.take(50, 0, random(), { isLinked: nobody, isReached: () => true })).toHaveLength(30);
  });

  it('nor does it take a place from those that are dialled, before or after', () => {
    const book = new AddressBook(500, 2_000);
    const near = Array.from({ length: 9 }, (_, i) => ({ ip: `192.0.2.${i}`, port: 6881 }));
    book.add(near.slice(0, 6), 'host');
    const reached = book.take(50, 0, random(), { isLinked: nobody, isReached: () => true });
    expect(reached).toHaveLength(6);
    book.add(near.slice(6), 'host');
    expect(book.take(50, 0, random(), { isLinked: nobody })).toHaveLength(3);
    for (const each of reached) book.release(each);
    expect(book.take(50, 0, random(), { isLinked: nobody })).toEqual([]);
  });

  it('what was linked once does not make room for newcomers', () => {
    const book = new AddressBook(2, 2_000);
    book.add([address(1), address(2)], 'host');
    book.identify(address(1), PEER);
    book.add([address(3), address(4), address(5)], 'tracker');
    expect(book.take(9, 0, random(), { isLinked: nobody })).toContainEqual(address(1));
  });
});

describe('addresses of a torrent', () => {
  it('are bounded in number, and port 0 is none (threat row 2)', () => {
    const book = new AddressBook(3, 2_000);
    book.add([{ ip: '10.0.0.1', port: 0 }, ...[1, 2, 3, 4, 5].map(address)], 'tracker');
    expect(book.take(99, 0, random(), { isLinked: nobody })).toHaveLength(3);
  });

  it('that failed make room for new ones', () => {
    const book = new AddressBook(1, 2_000);
    book.add([address(1)], 'tracker');
    book.take(1, 0, random(), { isLinked: nobody });
    book.ended(address(1), false, 0);
    book.add([address(2)], 'tracker');
    expect(book.take(9, 1e9, random(), { isLinked: nobody })).toEqual([address(2)]);
  });

  it('are dialled once at a time', () => {
    const book = new AddressBook(9, 2_000);
    book.add([address(1)], 'tracker');
    book.add([address(1)], 'tracker');
    expect(book.take(9, 0, random(), { isLinked: nobody })).toEqual([address(1)]);
    expect(book.take(9, 0, random(), { isLinked: nobody })).toEqual([]);
    expect(book.diallingCount).toBe(1);
  });

  it('that fail wait longer each time, up to a minute', () => {
    const book = new AddressBook(9, 2_000);
    book.add([address(1)], 'tracker');
    let now = 0;
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      book.take(1, now, random(), { isLinked: nobody });
      book.ended(address(1), false, now);
      const next = book.nextDialAt;
      waits.push(next - now);
      now = next;
    }
    expect(waits).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('of a node that is linked already are not dialled', () => {
    const book = new AddressBook(9, 2_000);
    book.add([address(1)], 'tracker');
    book.identify(address(1), PEER);
    expect(book.take(9, 0, random(), { isLinked: (peerId) => peerId === PEER })).toEqual([]);
    expect(book.nextDialAt).toBe(Number.POSITIVE_INFINITY);
    book.unlinked(PEER);
    expect(book.take(9, 0, random(), { isLinked: nobody })).toEqual([address(1)]);
  });

  it('cost nothing to ask for while none is ready', () => {
    const book = new AddressBook(9, 2_000);
    book.add([1, 2].map(address), 'tracker');
    book.identify(address(1), PEER);
    book.take(9, 0, random(), { isLinked: () => true });
    book.ended(address(2), false, 0);
    const asked = vi.fn(() => true);
    expect(book.take(9, 1_000, random(), { isLinked: asked })).toEqual([]);
    expect(asked).not.toHaveBeenCalled();
    expect(book.nextDialAt).toBe(4_000);
  });

  it('that were forgotten are never dialled again', () => {
    const book = new AddressBook(9, 2_000);
    book.add([address(1)], 'tracker');
    book.forget(address(1));
    book.add([address(1)], 'tracker');
    expect(book.take(9, 1e12, random(), { isLinked: nobody })).toEqual([]);
  });

  it('that were forgotten stay so when the link that told who we are ends', () => {
    const book = new AddressBook(9, 2_000);
    book.add([address(1)], 'tracker');
    book.take(9, 0, random(), { isLinked: nobody });
    book.forget(address(1));
    book.ended(address(1), false, 0);
    expect(book.take(9, 1e12, random(), { isLinked: nobody })).toEqual([]);
  });

  it('that are held are not dialled before their time, and take no place of others', () => {
    const book = new AddressBook(9, 2_000);
    book.add([address(1), address(2)], 'tracker');
    const heldUntil = ({ ip }: { ip: string }) => (ip === address(1).ip ? 5_000 : 0);
    expect(book.take(1, 0, random(), { isLinked: nobody, heldUntil })).toEqual([address(2)]);
    expect(book.nextDialAt).toBe(5_000);
    expect(book.take(9, 5_000, random(), { isLinked: nobody })).toEqual([address(1)]);
  });
});
