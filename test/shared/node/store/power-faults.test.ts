/** The store under a fault at the n-th call to the disk, for every n, and under a second one while it recovers. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../shared/random.ts';
import { MemoryDisk } from '../../../support/memory-disk.ts';
import type { Fault } from '../../../support/memory-file-system.ts';
import { StoreLife } from '../../../support/store-life.ts';
import { type VirtualTime, virtualTime } from '../../../support/virtual-time.ts';

const SEED = Number(process.env.SHOAL_TEST_SEED ?? 4711);
const NOTHING = new Map();
type End = 'kill -9' | 'power cut';

async function lived(time: VirtualTime, disk: MemoryDisk, fault?: Fault): Promise<StoreLife> {
  const life = new StoreLife(disk, time, fault);
  await life.live();
  return life;
}

function end(disk: MemoryDisk, how: End, seed: number): void {
  if (how === 'power cut') disk.cutPower(seededRandom(seed));
}

/** Three more lives: one finds, one completes, one finds all of it. */
async function expectGood(
  time: VirtualTime,
  disk: MemoryDisk,
  promised: StoreLife['promised'],
  context: string,
) {
  const first = new StoreLife(disk, time);
  await first.check(promised, context);
  expect(first.codes, context).toEqual([]);
  await first.complete();
  await first.close();
  const second = new StoreLife(disk, time);
  await second.check(first.promised, `${context}, completed`);
  disk.settle();
  await second.close();
  disk.cutPower(seededRandom(SEED));
  const last = new StoreLife(disk, time);
  await last.check(first.promised, `${context}, completed, power cut`);
  await last.close();
}

const ENDS: readonly End[] = ['kill -9', 'power cut'];
/** What a cut takes is drawn: each call is tried with so many draws. */
const DRAWS = 3;
/** Every call of the recovery comes up, with every so many first faults. */
const STRIDE = 61;

/** What a life must leave: all by kill -9, what had time to settle by a power cut. */
const mustKeep = (life: StoreLife, how: End) => (how === 'kill -9' ? life.promised : life.settled);

/** A second or two of CPU each; a busy machine may take a minute for it. */
describe('threat row 51: the store under a fault at the n-th call, for every n', { timeout: 120_000 }, () => {
  it.each(ENDS)('%s: nothing wrong is held, nothing promised is lost', async (how) => {
    const time = virtualTime();
    for (let n = 1, hasEnded = false; !hasEnded; n++)
      for (let draw = 0; draw < (how === 'kill -9' ? 1 : DRAWS); draw++) {
        const seed = SEED + DRAWS * n + draw;
        const disk = new MemoryDisk();
        const life = await lived(time, disk, { at: n, kind: 'end' });
        end(disk, how, seed);
        await expectGood(time, disk, mustKeep(life, how), `seed ${seed}, ${how} at call ${n}`);
        hasEnded = !life.files.hasFailed;
      }
  });

  it.each(
    ENDS.flatMap((how) =>
      (['EIO', 'ENOSPC'] as const).flatMap((kind) =>
        [false, true].map((forGood) => ({ how, kind, forGood })),
      ),
    ),
  )('$kind (for good: $forGood), later $how: told by its code, and nothing wrong is held', async (given) => {
    const { how, ...fault } = given;
    const time = virtualTime();
    for (let n = 1, hasEnded = false; !hasEnded; n++) {
      const disk = new MemoryDisk();
      const life = await lived(time, disk, { at: n, ...fault });
      const seed = SEED + n;
      end(disk, how, seed);
      const context = `seed ${seed}, ${fault.kind} at call ${n}, ${how}`;
      for (const code of life.codes)
        expect(['store_io', 'store_full', 'store_missing', fault.kind], context).toContain(code);
      await expectGood(time, disk, NOTHING, context);
      hasEnded = !life.files.hasFailed;
    }
  });

  it.each(ENDS)('%s, and a second fault at any call of the recovery', async (how) => {
    const time = virtualTime();
    const calls = (await lived(time, new MemoryDisk())).files.calls;
    for (let n = 1; n <= calls; n++)
      for (let m = 1 + (n % STRIDE), hasEnded = false; !hasEnded; m += STRIDE) {
        const seed = SEED + 1000 * n + m;
        const disk = new MemoryDisk();
        await lived(time, disk, { at: n, kind: 'end' });
        end(disk, how, seed);
        const kind = (['end', 'EIO'] as const)[seed % 2] as Fault['kind'];
        const recovering = await lived(time, disk, { at: m, kind });
        end(disk, how, seed + 1);
        await expectGood(
          time,
          disk,
          NOTHING,
          `seed ${seed}, ${how} at call ${n}, ${kind} at call ${m} of the recovery`,
        );
        hasEnded = !recovering.files.hasFailed;
      }
  });
});
