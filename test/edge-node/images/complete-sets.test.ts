import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CompleteSets } from '../../../edge-node/images/complete-sets.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { InfoHash } from '../../../shared/units.ts';
import { failingFileSystem } from '../../support/failing-file-system.ts';
import { MemoryDisk } from '../../support/memory-disk.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { tempDirectory } from '../../support/temp-directory.ts';

const hash = (number: number) => number.toString(16).padStart(40, '0') as InfoHash;
const all = () => true;
const notesIn = (folder: string) => readFileSync(join(folder, 'complete'), 'latin1');

async function written(folder: string, numbers: readonly number[]): Promise<void> {
  const sets = await CompleteSets.open(folder, all);
  for (const number of numbers) sets.add(hash(number), 16_384);
  await sets.flush();
}

describe('which sets are whole is noted across restarts', () => {
  it('what came is there, what went is not', async () => {
    const folder = tempDirectory();
    await written(folder, [1, 2, 3]);
    const sets = await CompleteSets.open(folder, all);
    sets.remove(hash(2));
    sets.add(hash(4), 32_768);
    await sets.flush();
    const again = await CompleteSets.open(folder, all);
    expect([1, 2, 3, 4].map((number) => again.pieceLengthOf(hash(number)))).toEqual([
      16_384,
      undefined,
      16_384,
      32_768,
    ]);
  });

  it('a set whose .torrent is gone is forgotten for good: its pieces may have gone too', async () => {
    const folder = tempDirectory();
    await written(folder, [1, 2]);
    await CompleteSets.open(folder, (infoHash) => infoHash !== hash(1));
    expect(notesIn(folder)).toBe(`+${hash(2)} 16384\n`);
  });

  it('nothing is on disk before the flush', async () => {
    const folder = tempDirectory();
    const sets = await CompleteSets.open(folder, all);
    sets.add(hash(1), 16_384);
    expect((await CompleteSets.open(folder, all)).size).toBe(0);
    await sets.flush();
    expect((await CompleteSets.open(folder, all)).size).toBe(1);
  });

  it('what the disk refused goes with the next flush', async () => {
    const folder = tempDirectory();
    const fileSystem = failingFileSystem(['write', 'sync']);
    const sets = await CompleteSets.open(folder, all, fileSystem);
    sets.add(hash(1), 16_384);
    fileSystem.failAt(1, 'ENOSPC', false);
    await expect(sets.flush()).rejects.toThrow('ENOSPC');
    sets.add(hash(2), 16_384);
    await sets.flush();
    expect((await CompleteSets.open(folder, all)).size).toBe(2);
  });
});

describe('notes that a crash or a disk has spoilt', () => {
  const good = `+${hash(1)} 16384\n`;
  const regressions: readonly [string, string, number][] = [
    ['nothing', '', 0],
    ['a torn end', `${good}+00`, 1],
    ['a torn end that a later line was written behind', `${good}+00${good}`, 1],
    ['a piece length that is none', `${good}+${hash(2)} 16383\n`, 1],
    ['a piece length of no block', `+${hash(2)} 8192\n`, 0],
    ['zeros', '\0'.repeat(200), 0],
    ['another sign', `*${hash(1)} 16384\n`, 0],
    ['a name that is a path', `+${'../'.repeat(13)}x 16384\n`, 0],
  ];
  it.each(regressions)(
    '%s: what stands before it counts, and the file is whole again',
    async (_what, text, count) => {
      const folder = tempDirectory();
      writeFileSync(join(folder, 'complete'), text, 'latin1');
      const sets = await CompleteSets.open(folder, all);
      expect(sets.size).toBe(count);
      sets.add(hash(9), 16_384);
      await sets.flush();
      expect((await CompleteSets.open(folder, all)).size).toBe(count + 1);
    },
  );

  it('any bytes are read without an error, and nothing is invented', async () => {
    const seed = Number(process.env.SHOAL_TEST_SEED ?? Date.now() % 1e9);
    const random = seededRandom(seed);
    const folder = tempDirectory();
    const whole = Array.from({ length: 5 }, (_, index) => `+${hash(index)} 16384\n`).join('');
    for (let run = 0; run < 300; run++) {
      const bytes = Buffer.from(whole, 'latin1');
      for (let change = random.integer(6); change > 0; change--)
        bytes[random.integer(bytes.length)] = random.integer(256);
      writeFileSync(join(folder, 'complete'), bytes.subarray(0, random.integer(bytes.length + 1)));
      const sets = await CompleteSets.open(folder, all);
      expect(sets.size, `seed ${seed}`).toBeLessThanOrEqual(5);
    }
  });
});

it('the first notes do not lose their name with the power', async () => {
  for (let seed = 0; seed < 8; seed++) {
    const disk = new MemoryDisk();
    const files = new MemoryFileSystem(disk);
    await files.makeDirectory('/data');
    const sets = await CompleteSets.open('/data', all, files);
    sets.add(hash(1), 16_384);
    await sets.flush();
    disk.cutPower(seededRandom(seed));
    expect((await CompleteSets.open('/data', all, files)).pieceLengthOf(hash(1)), `seed ${seed}`).toBe(
      16_384,
    );
  }
});
