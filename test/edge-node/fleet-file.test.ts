import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FleetBook } from '../../edge-node/fleet-book.ts';
import { FleetFile } from '../../edge-node/fleet-file.ts';
import { randomPeerId } from '../../shared/node/crypto/identity.ts';
import { seededRandom } from '../../shared/random.ts';
import { tempDirectory } from '../support/temp-directory.ts';

const own = randomPeerId();
const node = (port: number) => ({ peerId: randomPeerId(), host: '127.0.0.1', port });

async function opened(folder: string) {
  const errors: unknown[] = [];
  const fleet = new FleetBook(own);
  const file = await FleetFile.open(folder, fleet, (error) => errors.push(error));
  return { fleet, file, errors };
}

it('siblings that were heard of are known after a restart; the origin, which may have moved, is not', async () => {
  const folder = tempDirectory();
  const first = await opened(folder);
  expect(first.fleet.nodes()).toEqual([]);
  first.fleet.setOrigin(randomPeerId(), { ip: '127.0.0.1', port: 1 });
  const siblings = [node(2), node(3)];
  first.fleet.setSiblings(siblings);
  await first.file.close();
  const again = await opened(folder);
  expect(again.fleet.nodes().map(({ peerId }) => peerId)).toEqual(siblings.map(({ peerId }) => peerId));
  expect(again.fleet.addresses()).toEqual([2, 3].map((port) => ({ ip: '127.0.0.1', port })));
  expect([...first.errors, ...again.errors]).toEqual([]);
});

it('an origin that restarts tells of nobody yet: those who are not back are kept, moved ones at their new place', async () => {
  const folder = tempDirectory();
  const first = await opened(folder);
  const [stays, moves] = [node(2), node(3)];
  first.fleet.setSiblings([stays, moves]);
  first.fleet.setSiblings([]);
  first.fleet.setSiblings([{ ...moves, port: 4 }]);
  await first.file.close();
  const again = await opened(folder);
  expect(again.fleet.addresses().map(({ port }) => port)).toEqual([4, 2]);
});

it('keeps a bounded number', async () => {
  const folder = tempDirectory();
  const { fleet, file } = await opened(folder);
  for (let i = 0; i < 20; i++) fleet.setSiblings(Array.from({ length: 10 }, (_, j) => node(1 + 10 * i + j)));
  await file.close();
  expect((await opened(folder)).fleet.nodes()).toHaveLength(64);
});

it('a damaged file is an empty list, and is written anew', async () => {
  const folder = tempDirectory();
  const path = join(folder, 'fleet.json');
  const first = await opened(folder);
  first.fleet.setSiblings([node(2), node(3)]);
  await first.file.close();
  const good = await readFile(path);
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  const damaged = [Buffer.alloc(0), Buffer.from('{"type":"fleet"}'), Buffer.from('{"type":"refused"}')];
  for (let i = 0; i < 40; i++) {
    const bytes = Buffer.from(good);
    bytes[random.integer(bytes.length)] = random.integer(256);
    damaged.push(bytes, good.subarray(0, random.integer(good.length)));
  }
  for (const bytes of damaged) {
    await writeFile(path, bytes);
    const { fleet, file } = await opened(folder);
    expect(fleet.nodes().length, `seed ${seed}: ${bytes}`).toBeLessThanOrEqual(2);
    fleet.setSiblings([node(5)]);
    await file.close();
    expect((await opened(folder)).fleet.addresses()[0]?.port, `seed ${seed}`).toBe(5);
  }
});
