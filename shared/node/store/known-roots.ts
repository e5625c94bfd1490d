/**
 * Which roots may have files in the store. An image set that an edge hears of is new to it: asking the disk for thirty
 * files that are not there took half of the CPU of joining it (a `stat` by the thread pool 25 us and more, each). A
 * directory is listed once, when the first of its roots is asked for, and only if it is there; what the store makes
 * later is noted.
 */
import type { FileRoot } from '../../units.ts';
import type { FileSystem } from './file-system.ts';

/** Digits of a root after its directory's two. Two roots that share them cost a look at the disk, and no more. */
const DIGITS = 7;
/** Whatever its end: a root that may have a file is looked at, and that is all. */
const STORED = /^[0-9a-f]{64}\./;

const keyOf = (root: string): number => Number.parseInt(root.slice(2, 2 + DIGITS), 16);

export class KnownRoots {
  readonly #fileSystem: FileSystem;
  readonly #storeDirectory: string;
  /** Directories that stood when the first root was asked for. */
  #shards: Promise<Set<string>> | undefined;
  readonly #listed = new Map<string, Promise<Set<number>>>();

  constructor(fileSystem: FileSystem, storeDirectory: string) {
    this.#fileSystem = fileSystem;
    this.#storeDirectory = storeDirectory;
  }

  /**
   * False: there is no file of this root. It may have some from now on, so it is noted.
   * @throws what listing its directory throws
   */
  async meet(root: FileRoot): Promise<boolean> {
    const keys = await this.#keysIn(root.slice(0, 2));
    const key = keyOf(root);
    if (keys.has(key)) return true;
    keys.add(key);
    return false;
  }

  #keysIn(shard: string): Promise<Set<number>> {
    const listed = this.#listed.get(shard);
    if (listed) return listed;
    const listing = this.#list(shard);
    this.#listed.set(shard, listing);
    // A directory that could not be read is tried again for the next root.
    listing.catch(() => this.#listed.delete(shard));
    return listing;
  }

  async #list(shard: string): Promise<Set<number>> {
    if (!(await this.#standing()).has(shard)) return new Set();
    const names = await this.#fileSystem.list(`${this.#storeDirectory}/${shard}`);
    return new Set(names.filter((name) => STORED.test(name)).map(keyOf));
  }

  #standing(): Promise<Set<string>> {
    if (this.#shards) return this.#shards;
    const shards = this.#fileSystem.list(this.#storeDirectory).then((names) => new Set(names));
    this.#shards = shards;
    shards.catch(() => {
      this.#shards = undefined;
    });
    return shards;
  }
}
