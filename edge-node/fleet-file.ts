/**
 * The siblings this edge last heard of, kept so that a restart finds them while the origin is away: what it lacks
 * then, only they can give. DATA/fleet.json, a `fleet` frame as the origin sends it.
 */
import { join } from 'node:path';
import { fromUtf8, toUtf8 } from '../shared/bytes.ts';
import { encodeServerFrame, parseServerFrame } from '../shared/feed/server-frame.ts';
import { type FileSystem, nodeFileSystem } from '../shared/node/store/file-system.ts';
import { readIfThere, writeDurably } from './durable-file.ts';
import type { FleetBook, FleetFrame } from './fleet-book.ts';

type KeptNode = FleetFrame['nodes'][number];

/** More than an edge links to. Those that left are kept behind the live ones: a fleet comes back one by one. */
const MAX_KEPT_NODES = 64;
const MAX_FILE_BYTES = 64 * 1024;

export class FleetFile {
  readonly #path: string;
  readonly #fleet: FleetBook;
  readonly #files: FileSystem;
  readonly #onError: (error: unknown) => void;
  #kept: readonly KeptNode[] = [];
  #saved = '';
  #writing: Promise<void> | undefined;

  private constructor(path: string, fleet: FleetBook, onError: (error: unknown) => void, files: FileSystem) {
    this.#path = path;
    this.#files = files;
    this.#fleet = fleet;
    this.#onError = onError;
  }

  /**
   * Fills the book with what was kept, and keeps what the book hears from now on. A file that is damaged, or that
   * cannot be read or written, costs only that.
   * @param onError told of what the disk refused
   */
  static async open(
    dataFolder: string,
    fleet: FleetBook,
    onError: (error: unknown) => void,
    files: FileSystem = nodeFileSystem,
  ): Promise<FleetFile> {
    const file = new FleetFile(join(dataFolder, 'fleet.json'), fleet, onError, files);
    file.#kept = await file.#read();
    fleet.setSiblings(file.#kept);
    fleet.onChange(() => file.#changed());
    return file;
  }

  /** Resolves when nothing is left to write. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #read(): Promise<readonly KeptNode[]> {
    try {
      const bytes = await readIfThere(this.#path, MAX_FILE_BYTES, this.#files);
      const text = bytes && toUtf8(bytes);
      const frame = text === undefined ? undefined : parseServerFrame(text);
      return frame?.type === 'fleet' ? frame.nodes.slice(0, MAX_KEPT_NODES) : [];
    } catch (error) {
      this.#onError(error);
      return [];
    }
  }

  #changed(): void {
    const live = this.#fleet
      .nodes()
      .filter(({ isOrigin }) => !isOrigin)
      .map(({ peerId, address, url }) => ({
        peerId,
        host: address.ip,
        port: address.port,
        ...(url === undefined ? {} : { url }),
      }));
    const gone = this.#kept.filter((old) => !live.some((node) => isSame(node, old)));
    this.#kept = [...live, ...gone].slice(0, MAX_KEPT_NODES);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    for (;;) {
      const text = encodeServerFrame({ type: 'fleet', nodes: this.#kept });
      if (text === this.#saved) return;
      this.#saved = text;
      try {
        await writeDurably(this.#path, fromUtf8(text), this.#files);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}

/** A node that moved, or another one where it was. */
const isSame = (a: KeptNode, b: KeptNode): boolean =>
  a.peerId === b.peerId || (a.host === b.host && a.port === b.port);
