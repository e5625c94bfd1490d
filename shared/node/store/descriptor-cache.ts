/**
 * Open files, at most so many, the least recently used closed first. A file in use is never closed under its
 * user: it is closed when the last one is done.
 */
import { LRUCache } from 'lru-cache';
import type { FileSystem, OpenFile } from './file-system.ts';

interface Entry {
  readonly opening: Promise<OpenFile>;
  users: number;
  evicted: boolean;
}

export class DescriptorCache {
  readonly #fileSystem: FileSystem;
  readonly #entries: LRUCache<string, Entry>;
  readonly #closing = new Set<Promise<void>>();

  constructor(fileSystem: FileSystem, maxOpen: number) {
    this.#fileSystem = fileSystem;
    this.#entries = new LRUCache<string, Entry>({
      max: maxOpen,
      dispose: (entry) => {
        entry.evicted = true;
        this.#closeIfIdle(entry);
      },
    });
  }

  /** Runs `work` with the open file. @throws what open or `work` throws */
  async use<T>(path: string, create: boolean, work: (file: OpenFile) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(path) ?? this.#open(path, create);
    entry.users++;
    try {
      return await work(await entry.opening);
    } finally {
      entry.users--;
      this.#closeIfIdle(entry);
    }
  }

  /** Forgets a path whose file was replaced or removed. */
  drop(path: string): void {
    this.#entries.delete(path);
  }

  async close(): Promise<void> {
    this.#entries.clear();
    await Promise.all(this.#closing);
  }

  #open(path: string, create: boolean): Entry {
    const entry: Entry = { opening: this.#fileSystem.open(path, create), users: 0, evicted: false };
    entry.opening.catch(() => {
      if (this.#entries.peek(path) === entry) this.#entries.delete(path);
    });
    this.#entries.set(path, entry);
    return entry;
  }

  #closeIfIdle(entry: Entry): void {
    if (!entry.evicted || entry.users > 0) return;
    // An error on close has nothing to say: what had to be durable was synced before.
    const closing = entry.opening.then((file) => file.close()).catch(() => undefined);
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }
}
