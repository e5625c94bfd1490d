import { describe, expect, it, vi } from 'vitest';
import { AddressBook } from '../../../shared/engine/address-book.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { PeerId } from '../../../shared/units.ts';

const address = (host: number) => ({ ip: `10.0.0.${host}`, port: 6881 });
const PEER = 'ab'.repeat(20) as PeerId;
const nobody = () => false;
const random = () => seededRandom(1);

describe('addresses of a torrent', () => {
  it('are bounded in number, and port 0 is none (threat row 2)', () => {
    const book = new AddressBook(3, 2_000);
    book.add([{ ip: '10.0.0.1', port: 0 }, ...[1, 2, 3, 4, 5].map(address)]);
    expect(book.take(99, 0, nobody, random())).toHaveLength(3);
  });

  it('that failed make room for new ones', () => {
    const book = new AddressBook(1, 2_000);
    book.add([address(1)]);
    book.take(1, 0, nobody, random());
    book.ended(address(1), false, 0);
    book.add([address(2)]);
    expect(book.take(9, 1e9, nobody, random())).toEqual([address(2)]);
  });

  it('are dialled once at a time', () => {
    const book = new AddressBook(9, 2_000);
    book.add([address(1)]);
    book.add([address(1)]);
    expect(book.take(9, 0, nobody, random())).toEqual([address(1)]);
    expect(book.take(9, 0, nobody, random())).toEqual([]);
    expect(book.diallingCount).toBe(1);
  });

  it('that fail wait longer each time, up to a minute', () => {
    const book = new AddressBook(9, 2_000);
    book.add([address(1)]);
    let now = 0;
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      book.take(1, now, nobody, random());
      book.ended(address(1), false, now);
      const next = book.nextDialAt;
      waits.push(next - now);
      now = next;
    }
    expect(waits).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('of a node that is linked already are not dialled', () => {
    const book = new AddressBook(9, 2_000);
    book.add([address(1)]);
    book.identify(address(1), PEER);
    expect(book.take(9, 0, (peerId) => peerId === PEER, random())).toEqual([]);
    expect(book.nextDialAt).toBe(Number.POSITIVE_INFINITY);
    book.unlinked(PEER);
    expect(book.take(9, 0, nobody, random())).toEqual([address(1)]);
  });

  it('cost nothing to ask for while none is ready', () => {
    const book = new AddressBook(9, 2_000);
    book.add([1, 2].map(address));
    book.identify(address(1), PEER);
    book.take(9, 0, () => true, random());
    book.ended(address(2), false, 0);
    const asked = vi.fn(() => true);
    expect(book.take(9, 1_000, asked, random())).toEqual([]);
    expect(asked).not.toHaveBeenCalled();
    expect(book.nextDialAt).toBe(4_000);
  });

  it('that were forgotten are never dialled again', () => {
    const book = new AddressBook(9, 2_000);
    book.add([address(1)]);
    book.forget(address(1));
    book.add([address(1)]);
    expect(book.take(9, 1e12, nobody, random())).toEqual([]);
  });
});
