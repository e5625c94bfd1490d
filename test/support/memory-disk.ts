/**
 * A disk in memory that can lose its power. What was written counts as durable when it was synced, and no sooner: a
 * cut takes from each file any 512-byte sectors written since, and from each folder the last of its new names. So
 * fdatasync of a file says nothing about its name, and nothing about the time it was changed unless it grew.
 */
import { dirname } from 'node:path';
import type { Random } from '../../shared/random.ts';

const SECTOR_BYTES = 512;

export interface MemoryFile {
  bytes: Buffer;
  /** What a cut cannot take. */
  synced: Buffer;
  changedMs: number;
  syncedChangedMs: number;
}

/** One change of a folder's names: it happens all or not at all. */
interface NameChange {
  readonly folder: string;
  readonly gone: string | undefined;
  readonly come: readonly [path: string, file: MemoryFile] | undefined;
}

export class MemoryDisk {
  readonly folders = new Set<string>(['/']);
  names = new Map<string, MemoryFile>();
  #syncedNames = new Map<string, MemoryFile>();
  #changes: NameChange[] = [];
  #boots = 1;

  /** As the kernel names each of its boots. */
  get bootId(): string {
    return `${String(this.#boots).padStart(8, '0')}-0000-4000-8000-000000000000`;
  }

  /** Those below a folder, by path from there. */
  under(folder: string): string[] {
    const prefix = `${folder}/`;
    return [...this.names.keys(), ...this.folders].filter((path) => path.startsWith(prefix));
  }

  create(path: string): MemoryFile {
    const file = {
      bytes: Buffer.alloc(0),
      synced: Buffer.alloc(0),
      changedMs: Date.now(),
      syncedChangedMs: Date.now(),
    };
    this.#change({ folder: dirname(path), gone: undefined, come: [path, file] });
    return file;
  }

  remove(path: string): void {
    this.#change({ folder: dirname(path), gone: path, come: undefined });
  }

  rename(from: string, to: string, file: MemoryFile): void {
    this.#change({ folder: dirname(to), gone: from, come: [to, file] });
  }

  write(file: MemoryFile, bytes: Uint8Array, offsetBytes: number): void {
    const end = offsetBytes + bytes.length;
    // Anew each time: the synced content may be the same buffer.
    const grown = Buffer.alloc(Math.max(end, file.bytes.length));
    file.bytes.copy(grown);
    grown.set(bytes, offsetBytes);
    file.bytes = grown;
    file.changedMs = Date.now();
  }

  truncate(file: MemoryFile, lengthBytes: number): void {
    const cut = Buffer.alloc(lengthBytes);
    file.bytes.copy(cut);
    file.bytes = cut;
    file.changedMs = Date.now();
  }

  /** fdatasync. */
  sync(file: MemoryFile): void {
    if (file.synced.length !== file.bytes.length) file.syncedChangedMs = file.changedMs;
    file.synced = file.bytes;
  }

  syncFolder(folder: string): void {
    this.#changes = this.#changes.filter((change) => {
      if (change.folder !== folder) return true;
      apply(this.#syncedNames, change);
      return false;
    });
  }

  /** Half a minute later the kernel has written back all by itself. */
  settle(): void {
    for (const change of this.#changes) apply(this.#syncedNames, change);
    this.#changes = [];
    for (const file of this.names.values()) {
      file.synced = file.bytes;
      file.syncedChangedMs = file.changedMs;
    }
  }

  /** The power is gone and comes back. */
  cutPower(random: Random): void {
    const names = new Map(this.#syncedNames);
    const kept = new Map<string, number>();
    for (const { folder } of this.#changes) kept.set(folder, (kept.get(folder) ?? 0) + 1);
    for (const [folder, count] of kept) kept.set(folder, random.integer(count + 1));
    for (const change of this.#changes) {
      const left = kept.get(change.folder) as number;
      kept.set(change.folder, left - 1);
      if (left > 0) apply(names, change);
    }
    for (const file of new Set(names.values())) loseUnsynced(file, random);
    this.names = names;
    this.#syncedNames = new Map(names);
    this.#changes = [];
    this.#boots++;
  }

  #change(change: NameChange): void {
    apply(this.names, change);
    this.#changes.push(change);
  }
}

function apply(names: Map<string, MemoryFile>, { gone, come }: NameChange): void {
  if (gone !== undefined) names.delete(gone);
  if (come !== undefined) names.set(...come);
}

function loseUnsynced(file: MemoryFile, random: Random): void {
  if (random.integer(2) === 0) file.changedMs = file.syncedChangedMs;
  if (file.bytes !== file.synced) file.bytes = torn(file.synced, file.bytes, random);
  file.synced = file.bytes;
  file.syncedChangedMs = file.changedMs;
}

/** Some sectors old, some new, and either length: what nobody wrote yet reads as zeros. */
function torn(old: Buffer, young: Buffer, random: Random): Buffer {
  const result = Buffer.alloc(random.integer(2) === 0 ? old.length : young.length);
  old.copy(result);
  const chance = random.integer(3) / 2;
  for (let at = 0; at < Math.min(result.length, young.length); at += SECTOR_BYTES)
    if (random.fraction() < chance) young.copy(result, at, at, at + SECTOR_BYTES);
  return result;
}
