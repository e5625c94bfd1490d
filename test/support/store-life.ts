/** One life of a piece store upon a disk in memory: what it was told, what it promised, and whether it keeps its word. */
import { expect, vi } from 'vitest';
import { type DiskPieceStore, openDiskPieceStore } from '../../shared/node/store/disk-piece-store.ts';
import type { FileRoot } from '../../shared/units.ts';
import { BLOCK_BYTES } from '../../shared/units.ts';
import type { MemoryDisk } from './memory-disk.ts';
import { type Fault, MemoryFileSystem } from './memory-file-system.ts';
import { type Content, makeContent } from './stored-content.ts';
import type { VirtualTime } from './virtual-time.ts';

const DIRECTORY = '/store';

/** Comes whole at once; in parts; is taken over; is removed and comes again; stays in parts. */
const CONTENTS = {
  whole: makeContent(5 * BLOCK_BYTES + 77, 31),
  inParts: makeContent(3 * BLOCK_BYTES, 32),
  adopted: makeContent(900, 33),
  again: makeContent(2 * BLOCK_BYTES, 34),
  unfinished: makeContent(3 * BLOCK_BYTES + 1, 35),
} as const;
const ALL = Object.values(CONTENTS);

/** Leaves of each file. */
type Leaves = Map<FileRoot, Set<number>>;

export class StoreLife {
  readonly #disk: MemoryDisk;
  readonly #time: VirtualTime;
  readonly files: MemoryFileSystem;
  #store: DiskPieceStore | undefined;
  /** Written by its word. */
  readonly promised: Leaves = new Map();
  /** Promised a minute ago, and since then nothing took it back. */
  settled: Leaves = new Map();
  /** Codes of all that went wrong. */
  readonly codes: unknown[] = [];

  constructor(disk: MemoryDisk, time: VirtualTime, fault?: Fault) {
    this.#disk = disk;
    this.#time = time;
    this.files = new MemoryFileSystem(disk, fault);
  }

  /** All that a store does, once. Errors are part of it. */
  async live(): Promise<void> {
    if (!(await this.#open())) return;
    const { whole, inParts, again, unfinished, adopted } = CONTENTS;
    for (const { file, verify } of [whole, inParts, again, unfinished])
      await this.#try(() => this.#store?.open(file, verify));
    await this.#write(inParts, 2);
    await this.#flush();
    this.#all(whole);
    this.#all(again);
    await this.#write(inParts, 0);
    await this.#time.advance(17_000);
    await this.#remove(again);
    await this.#try(() => this.#store?.open(again.file, again.verify));
    await this.#write(again, 1);
    await this.#write(inParts, 1);
    await this.#adopt(adopted);
    await this.#write(unfinished, 1);
    await this.#time.advance(60_000);
    this.#disk.settle();
    if (!this.files.hasFailed) this.settled = copy(this.promised);
    await this.#write(again, 0);
    await this.#write(unfinished, 3);
    await this.#flush();
    await this.close();
  }

  /**
   * Opens what another life left: nothing that it holds is wrong.
   * @param promised what it must hold
   */
  async check(promised: Leaves, context: string): Promise<void> {
    await this.#open();
    for (const { file, verify, leaves, leafCount } of ALL) {
      const held = (await this.#try(() => this.#store?.open(file, verify)))?.clone();
      const kept = [...(promised.get(file.root) ?? [])];
      expect(
        kept.filter((leaf) => !held?.has(leaf)),
        `${context}: lost of ${nameOf(file.root)}`,
      ).toEqual([]);
      for (let leaf = 0; leaf < leafCount; leaf++) {
        if (!held?.has(leaf)) continue;
        const read = await this.#try(async () =>
          this.#store?.read(file, leaf * BLOCK_BYTES, leaves(leaf, 1).length),
        );
        const isRight = read === undefined || verify(leaf, read);
        expect(isRight, `${context}: leaf ${leaf} of ${nameOf(file.root)} is right`).toBe(true);
      }
    }
  }

  /** After {@link check}: what is missing is written. */
  async complete(): Promise<void> {
    for (const content of ALL) this.#all(content);
    await this.#flush();
    await this.#time.advance(30_000);
  }

  async close(): Promise<void> {
    await this.#try(() => this.#store && this.#time.until(this.#store.close()));
    vi.clearAllTimers();
  }

  async #open(): Promise<boolean> {
    this.#store = await this.#try(() =>
      openDiskPieceStore({
        directory: DIRECTORY,
        cacheBytes: 0,
        fileSystem: this.files,
        onError: ({ code }) => this.codes.push(code),
      }),
    );
    return this.#store !== undefined;
  }

  #all(content: Content): void {
    for (let leaf = 0; leaf < content.leafCount; leaf++) void this.#give(content, leaf);
  }

  async #write(content: Content, leaf: number): Promise<void> {
    const given = this.#give(content, leaf);
    await this.#time.advance(0);
    void given;
  }

  async #give(content: Content, leaf: number): Promise<void> {
    const { root } = content.file;
    const isWritten = await this.#try(async () => {
      await this.#store?.write(content.file, leaf * BLOCK_BYTES, content.leaves(leaf, 1));
      return true;
    });
    if (!isWritten || this.files.hasFailed) return;
    const leaves = this.promised.get(root) ?? new Set();
    this.promised.set(root, leaves.add(leaf));
  }

  async #remove({ file }: Content): Promise<void> {
    this.promised.delete(file.root);
    await this.#try(() => this.#store?.remove(file.root));
  }

  async #adopt(content: Content): Promise<void> {
    const source = `${DIRECTORY}/adopted.tmp`;
    await this.#try(async () => {
      const file = await this.files.open(source, true);
      await file.write([content.bytes], 0);
      await this.#store?.adopt(content.file, source);
      this.promised.set(content.file.root, new Set([0]));
    });
  }

  async #flush(): Promise<void> {
    await this.#try(() => this.#store && this.#time.until(this.#store.flush()));
  }

  async #try<T>(work: () => Promise<T> | T | undefined): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.codes.push((error as { code?: unknown }).code ?? error);
      return undefined;
    }
  }
}

const copy = (leaves: Leaves): Leaves => new Map([...leaves].map(([root, set]) => [root, new Set(set)]));

const nameOf = (root: FileRoot): string =>
  Object.entries(CONTENTS).find(([, { file }]) => file.root === root)?.[0] ?? root;
