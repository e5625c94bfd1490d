/** The lock of a folder between real processes, however they end, and on disks that cannot have it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { lockDataFolder, tryLockFolder } from '../../../../shared/node/process/folder-lock.ts';
import { type Compiled, compile } from '../../../support/compiled.ts';
import { tempDirectory } from '../../../support/temp-directory.ts';

let holder: Compiled;
beforeAll(async () => {
  holder = await compile('test/shared/node/process/support/lock-holder.ts');
});
afterAll(() => holder.remove());

interface Tried {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly said: string;
}

/** Another process tries. @param around a program that runs it */
async function tryElsewhere(folder: string, around: readonly string[] = []): Promise<Tried> {
  const [program, ...words] = [...around, process.execPath, holder.path, folder];
  const child = spawn(program as string, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [text] = await once(child.stdout, 'data');
  const [, pid, said = ''] = /^(\d+) (.*)\n$/.exec(String(text)) ?? [];
  return { child, pid: Number(pid), said };
}

async function kill({ child }: Tried): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the lock of a folder', () => {
  test('is had by one process, also after collections of garbage, and is free again after kill -9', async () => {
    const folder = tempDirectory();
    const first = await tryElsewhere(folder);
    expect(first.said).toBe('locked');
    expect((await tryElsewhere(folder)).said).toBe('busy');
    expect(await tryLockFolder(folder)).toBeUndefined();
    await kill(first);
    expect((await tryElsewhere(folder)).said).toBe('locked');
  });

  test('is had once within a process too, and again when it was given back', async () => {
    const folder = tempDirectory();
    const lock = await tryLockFolder(folder);
    expect(await tryLockFolder(folder)).toBeUndefined();
    expect((await tryElsewhere(folder)).said).toBe('busy');
    lock?.release();
    lock?.release();
    expect((await tryElsewhere(folder)).said).toBe('locked');
  });

  test('is the same by another name of the folder', async () => {
    const folder = tempDirectory();
    const other = path.join(tempDirectory(), 'link');
    spawnSync('ln', ['-s', folder, other]);
    expect((await tryElsewhere(folder)).said).toBe('locked');
    expect((await tryElsewhere(other)).said).toBe('busy');
  });

  test('writes nothing: its file stays empty, and no other is made', async () => {
    const folder = tempDirectory();
    const first = await tryElsewhere(folder);
    await kill(first);
    await tryElsewhere(folder);
    expect(readdirSync(folder)).toEqual(['lock.sqlite']);
    expect(statSync(path.join(folder, 'lock.sqlite')).size).toBe(0);
  });

  test('is waited for, and told of once', async () => {
    const folder = tempDirectory();
    const lock = await tryLockFolder(folder);
    let told = 0;
    const waited = lockDataFolder(folder, {
      waiting: () => {
        told++;
        setTimeout(() => lock?.release(), 200);
      },
      waitMs: Number.POSITIVE_INFINITY,
    });
    (await waited).release();
    expect(told).toBe(1);
    const other = await tryLockFolder(folder);
    await expect(lockDataFolder(folder, { waitMs: 0 })).rejects.toMatchObject({ code: 'data_folder_in_use' });
    other?.release();
  });
});

/** Each its own process 1, as in two containers. Only root may, and not in every container. */
const CONTAINER = ['unshare', '--pid', '--net', '--fork', '--kill-child'];
const hasContainers = spawnSync(CONTAINER[0] as string, [...CONTAINER.slice(1), 'true']).status === 0;

test.skipIf(!hasContainers)(
  'two containers with one folder, whose processes both have id 1: one has the lock',
  async () => {
    const folder = tempDirectory();
    const first = await tryElsewhere(folder, CONTAINER);
    expect(first).toMatchObject({ pid: 1, said: 'locked' });
    expect(await tryElsewhere(folder, CONTAINER)).toMatchObject({ pid: 1, said: 'busy' });
    await kill(first);
    // What kills the child is the kernel, a moment after its parent is gone.
    await expect.poll(async () => (await tryElsewhere(folder, CONTAINER)).said).toBe('locked');
  },
);

function mount(folder: string, options: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
}
const unmount = (folder: string) => spawnSync('umount', ['--lazy', folder]);

/** Gone before the folder below it is removed. */
function mounted(folder: string, options = 'size=64k'): string {
  const disk = path.join(folder, 'disk');
  mkdirSync(disk);
  expect(mount(disk, options)).toBe(true);
  return disk;
}

function mayMount(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'shoal-mount-'));
  const isMounted = mount(folder, 'size=64k');
  if (isMounted) unmount(folder);
  rmdirSync(folder);
  return isMounted;
}

describe.skipIf(!mayMount())('on a disk', () => {
  test('that is full, the lock is had all the same', async () => {
    const disk = mounted(tempDirectory());
    try {
      expect(() => writeFileSync(path.join(disk, 'all'), new Uint8Array(1_000_000))).toThrow('ENOSPC');
      const lock = await tryLockFolder(disk);
      expect(await tryLockFolder(disk)).toBeUndefined();
      lock?.release();
    } finally {
      unmount(disk);
    }
  });

  test('without room for another file, the error is the system’s', async () => {
    const disk = mounted(tempDirectory(), 'nr_inodes=2');
    try {
      writeFileSync(path.join(disk, 'all'), '');
      await expect(tryLockFolder(disk)).rejects.toThrow(/^ENOSPC: .*lock\.sqlite'$/);
    } finally {
      unmount(disk);
    }
  });

  test.each([true, false])(
    'that is read-only, with a lock file (%s), the error is the system’s',
    async (has) => {
      const disk = mounted(tempDirectory());
      try {
        if (has) (await tryLockFolder(disk))?.release();
        spawnSync('mount', ['-o', 'remount,ro', disk]);
        await expect(tryLockFolder(disk)).rejects.toThrow(/^EROFS: .*lock\.sqlite'$/);
      } finally {
        unmount(disk);
      }
    },
  );
});

test('a folder whose lock file can be none says which file, and what to do', async () => {
  const folder = tempDirectory();
  mkdirSync(path.join(folder, 'lock.sqlite'));
  await expect(tryLockFolder(folder)).rejects.toMatchObject({
    code: 'data_folder_no_locks',
    message: expect.stringMatching(/lock\.sqlite cannot be locked \(.+\): .+ --data$/),
  });
});
