import { describe, expect, it } from 'vitest';
import { BanList } from '../../../shared/engine/bans.ts';
import type { Address } from '../../../shared/engine/inputs.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { PeerId } from '../../../shared/units.ts';

const BAN_MS = 3_600_000;
const IP = '10.0.0.1';
const id = (number: number) => String(number).padStart(40, '0') as PeerId;

describe('the list of bans', () => {
  it('threat row 4: a ban is of one id at one address, and ends by itself', () => {
    const bans = new BanList(BAN_MS);
    bans.add(id(1), IP, 1_000);
    expect(bans.isBanned(id(1), IP, 1_000 + BAN_MS - 1)).toBe(true);
    expect(bans.isBanned(id(2), IP, 1_000)).toBe(false);
    expect(bans.isBanned(id(1), '10.0.0.2', 1_000)).toBe(false);
    expect(bans.isBanned(id(1), IP, 1_000 + BAN_MS)).toBe(false);
    expect(bans.size).toBe(0);
  });

  it('threat row 4: an address with three banned ids is banned whatever id comes, until one of them ends', () => {
    const bans = new BanList(BAN_MS);
    for (const number of [1, 2, 3]) {
      expect(bans.isBanned(id(9), IP, number)).toBe(false);
      bans.add(id(number), IP, number);
    }
    expect(bans.isAddressBanned(IP, 4)).toBe(true);
    expect(bans.isBanned(id(9), IP, 4)).toBe(true);
    expect(bans.isAddressBanned(IP, 1 + BAN_MS)).toBe(false);
  });

  it('threat row 4: three ids that were banned one after the other, each long since over, ban no address', () => {
    const bans = new BanList(BAN_MS);
    for (let number = 0; number < 10; number++) {
      bans.add(id(number), IP, number * BAN_MS);
      expect(bans.isAddressBanned(IP, number * BAN_MS)).toBe(false);
    }
  });

  it('threat row 4: where a dial met a banned node nobody dials until the ban ends; its neighbour is dialled', () => {
    const bans = new BanList(BAN_MS);
    const [door, neighbour] = [6881, 6882].map((port) => ({ ip: IP, port })) as [Address, Address];
    bans.met(id(1), door, 0);
    expect(bans.heldUntil(door, 0)).toBe(0);
    bans.add(id(1), IP, 1_000);
    bans.met(id(1), door, 2_000);
    expect(bans.heldUntil(door, 2_000)).toBe(1_000 + BAN_MS);
    expect(bans.heldUntil(neighbour, 2_000)).toBe(0);
    expect(bans.heldUntil(door, 1_000 + BAN_MS)).toBe(0);
  });

  it('threat row 4: no port of an address with three banned ids is dialled until the first of them ends', () => {
    const bans = new BanList(BAN_MS);
    for (const number of [1, 2, 3]) bans.add(id(number), IP, number);
    expect(bans.heldUntil({ ip: IP, port: 1 }, 4)).toBe(1 + BAN_MS);
  });

  it('threat row 10: a short ban for flooding makes a long one for lying no shorter', () => {
    const bans = new BanList(BAN_MS);
    bans.add(id(1), IP, 0);
    bans.add(id(1), IP, 10, 60_000);
    expect(bans.isBanned(id(1), IP, BAN_MS - 1)).toBe(true);
  });

  it('threat row 4: a hundred thousand liars fill no memory; the oldest bans go first', () => {
    const bans = new BanList(BAN_MS);
    for (let number = 0; number < 100_000; number++) bans.add(id(number), `address ${number}`, number);
    expect(bans.size).toBe(10_000);
    expect(bans.isBanned(id(0), 'address 0', 1)).toBe(false);
    expect(bans.isBanned(id(99_999), 'address 99999', 99_999)).toBe(true);
    for (let number = 0; number < 100_000; number++) bans.add(id(number), IP, 0);
    expect(bans.isAddressBanned(IP, 1)).toBe(true);
  });

  it('threat row 4: as a plain list of all bans has it (300 seeds)', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seededRandom(seed);
      const bans = new BanList(100);
      const told: { number: number; ip: string; until: number }[] = [];
      let now = 0;
      for (let step = 0; step < 60; step++) {
        now += random.integer(30);
        const number = random.integer(4);
        const ip = `10.0.0.${random.integer(2)}`;
        const banned = new Set(
          told.filter((ban) => ban.ip === ip && ban.until > now).map((ban) => ban.number),
        );
        const isBanned = banned.has(number) || banned.size >= 3;
        expect(bans.isBanned(id(number), ip, now), `seed ${seed}, step ${step}`).toBe(isBanned);
        expect(bans.isAddressBanned(ip, now), `seed ${seed}, step ${step}`).toBe(banned.size >= 3);
        // Nobody is let in to be banned once the address is.
        if (isBanned) continue;
        bans.add(id(number), ip, now);
        told.push({ number, ip, until: now + 100 });
      }
    }
  });
});
