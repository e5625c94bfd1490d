/**
 * The store's file system upon a {@link MemoryDisk}, for one life of a process: its n-th call fails, or is the last
 * one that it makes. A call that fails half-way has done half of it.
 */
import { dirname } from 'node:path';
import { concatBytes } from '../../shared/bytes.ts';
import type { BatchResult, FileBatches, WholeFile } from '../../shared/node/store/file-batches.ts';
import type { FileSystem, OpenFile } from '../../shared/node/store/file-system.ts';
import type { MemoryDisk, MemoryFile } from './memory-disk.ts';

export interface Fault {
  /** 1: the first call. */
  readonly at: number;
  /** `end`: nothing reaches the disk from then on, as after kill -9 or when the power fails. */
  readonly kind: 'EIO' | 'ENOSPC' | 'end';
  /** All after it fail as well. */
  readonly forGood?: boolean;
}

export class MemoryFileSystem implements FileSystem {
  readonly #disk: MemoryDisk;
  readonly #fault: Fault | undefined;
  #calls = 0;

  constructor(disk: MemoryDisk, fault?: Fault) {
    this.#disk = disk;
    this.#fault = fault;
  }

  get calls(): number {
    return this.#calls;
  }

  /** Whether the fault was met. */
  get hasFailed(): boolean {
    return this.#fault !== undefined && this.#calls >= this.#fault.at;
  }

  async open(path: string, create: boolean): Promise<OpenFile> {
    return this.#openFile(this.#attempt(() => this.#find(path, create)));
  }

  async readText(path: string, maxBytes: number): Promise<string> {
    if (path.startsWith('/proc/')) return `${this.#disk.bootId}\n`;
    return this.#attempt(() => this.#find(path, false).bytes.toString('latin1', 0, maxBytes));
  }

  async lengthOf(path: string): Promise<number | undefined> {
    return this.#attempt(() => this.#disk.names.get(path)?.bytes.length);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#attempt(() => this.#disk.rename(from, to, this.#find(from, false)));
  }

  async remove(path: string): Promise<void> {
    this.#attempt(() => this.#disk.names.has(path) && this.#disk.remove(path));
  }

  async makeDirectory(path: string): Promise<void> {
    this.#attempt(() => this.#makeFolders(path));
  }

  async list(path: string): Promise<readonly string[]> {
    return this.#attempt(() => [
      ...new Set(this.#disk.under(path).map((name) => name.slice(path.length + 1).split('/')[0] as string)),
    ]);
  }

  async syncDirectory(path: string): Promise<void> {
    this.#attempt(() => this.#disk.syncFolder(path));
  }

  async changedSince(path: string, suffix: string, timeMs: number): Promise<readonly string[]> {
    const names = await this.list(path);
    return names.filter(
      (name) => name.endsWith(suffix) && (this.#disk.names.get(`${path}/${name}`)?.changedMs ?? 0) > timeMs,
    );
  }

  batches(): FileBatches {
    return {
      writeWhole: async (files) => files.map((file) => failureOf(() => this.#writeWhole(file))),
      sync: async (paths): Promise<BatchResult> =>
        paths.map((path) => failureOf(() => this.#attempt(() => this.#sync(path)))),
      close: async () => {},
    };
  }

  #openFile(file: MemoryFile): OpenFile {
    return {
      read: async (into, offsetBytes) =>
        this.#attempt(() => file.bytes.copy(into, 0, Math.min(offsetBytes, file.bytes.length))),
      write: async (chunks, offsetBytes) => this.#write(file, concatBytes(chunks), offsetBytes),
      sync: async () => this.#attempt(() => this.#disk.sync(file)),
      truncate: async (lengthBytes) => this.#attempt(() => this.#disk.truncate(file, lengthBytes)),
      lengthBytes: async () => file.bytes.length,
      identity: () => `${file.bytes.length} ${file.changedMs}`,
      close: async () => {},
    };
  }

  #writeWhole({ path, temporaryPath, chunks }: WholeFile): void {
    try {
      const file = this.#attempt(() => {
        this.#makeFolders(dirname(temporaryPath));
        return this.#find(temporaryPath, true);
      });
      this.#attempt(() => this.#disk.truncate(file, 0));
      this.#write(file, concatBytes(chunks), 0);
      this.#attempt(() => this.#disk.rename(temporaryPath, path, file));
    } catch (error) {
      if (!this.#isOver()) this.#disk.remove(temporaryPath);
      throw error;
    }
  }

  #write(file: MemoryFile, bytes: Uint8Array, offsetBytes: number): void {
    const torn = bytes.subarray(0, bytes.length >> 1);
    this.#attempt(
      () => this.#disk.write(file, bytes, offsetBytes),
      () => this.#disk.write(file, torn, offsetBytes),
    );
  }

  #sync(path: string): void {
    if (this.#disk.folders.has(path)) this.#disk.syncFolder(path);
    else this.#disk.sync(this.#find(path, false));
  }

  #find(path: string, create: boolean): MemoryFile {
    const file = this.#disk.names.get(path);
    if (file) return file;
    if (!create || !this.#disk.folders.has(dirname(path))) throw failure('ENOENT', path);
    return this.#disk.create(path);
  }

  #makeFolders(path: string): void {
    for (let folder = path; !this.#disk.folders.has(folder); folder = dirname(folder))
      this.#disk.folders.add(folder);
  }

  #isOver(): boolean {
    return this.#fault?.kind === 'end' && this.hasFailed;
  }

  #attempt<T>(call: () => T, half: () => void = () => {}): T {
    this.#calls++;
    const fault = this.#fault;
    if (fault === undefined || this.#calls < fault.at) return call();
    const isFirst = this.#calls === fault.at;
    if (!isFirst && !fault.forGood && fault.kind !== 'end') return call();
    if (isFirst) half();
    throw failure(fault.kind === 'end' ? 'EIO' : fault.kind, `call ${this.#calls}`);
  }
}

const failure = (code: string, what: string): Error => Object.assign(new Error(`${code}: ${what}`), { code });

function failureOf(call: () => void): Error | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
