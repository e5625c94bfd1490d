/** Bytes for the origin's image route: from memory, else from the piece store. */
import { LRUCache } from 'lru-cache';
import type { PublishedImage, Rendition } from '../shared/api-types/catalog.ts';
import { UserError } from '../shared/errors.ts';
import type { RenditionBody, RenditionSource } from '../shared/node/http/rendition-source.ts';
import type { PieceStore, StoredFile } from '../shared/node/store/piece-store.ts';
import type { FileRoot, ImageId, InfoHash } from '../shared/units.ts';
import type { StoredImage } from './catalog/catalog-api.ts';

/** Some two thousand renditions of 60 KiB: more than a flash sale looks at. */
export const MEMORY_BYTES = 128 * 1_048_576;
/** Larger files are streamed, so that one of them cannot push all others out. */
const MAX_WHOLE_BYTES = 4 * 1_048_576;
/** Read from disk at once for a streamed file. */
const CHUNK_BYTES = 262_144;

export interface RenditionSourceParts {
  /** The published image; undefined for one that is unknown or purged. */
  image(id: ImageId): StoredImage | undefined;
  readonly store: Pick<PieceStore, 'read' | 'isComplete'>;
  /** Sees to it that the store was asked what it has of this file; a look at the whole set cost each first request 2 ms. */
  openFile(torrent: InfoHash, root: FileRoot): Promise<void>;
  /** Told of each request, whether its bytes are in memory or not. */
  asked(): void;
  /** Default {@link MEMORY_BYTES}. */
  readonly memoryBytes?: number;
}

export class OriginRenditionSource implements RenditionSource {
  readonly #parts: RenditionSourceParts;
  readonly #whole: LRUCache<FileRoot, Uint8Array, StoredFile>;

  constructor(parts: RenditionSourceParts) {
    this.#parts = parts;
    this.#whole = new LRUCache<FileRoot, Uint8Array, StoredFile>({
      maxSize: parts.memoryBytes ?? MEMORY_BYTES,
      maxEntrySize: MAX_WHOLE_BYTES,
      sizeCalculation: (bytes) => bytes.length,
      // One read of the disk however many shoppers ask for the file at once (threat row 49).
      fetchMethod: (_root, _stale, { context }) => this.#read(context, 0, context.lengthBytes),
      // A purge while the file is read ends neither the read nor the answers that wait for it.
      ignoreFetchAbort: true,
    });
  }

  image(id: ImageId): StoredImage | undefined {
    return this.#parts.image(id);
  }

  open(image: PublishedImage, rendition: Rendition): Promise<RenditionBody> | RenditionBody {
    this.#parts.asked();
    const hot = this.#whole.get(rendition.root);
    return hot === undefined ? this.#openCold(image, rendition) : wholeBody('memory', hot);
  }

  /** The bytes are purged; a file that another image needs is read again when it is asked for. */
  forget(image: PublishedImage): void {
    for (const { root } of image.renditions) this.#whole.delete(root);
  }

  async #openCold(image: PublishedImage, rendition: Rendition): Promise<RenditionBody> {
    await this.#parts.openFile(image.infoHash, rendition.root);
    const file: StoredFile = { root: rendition.root, lengthBytes: rendition.bytes };
    if (!this.#parts.store.isComplete(file.root)) throw unavailable();
    if (file.lengthBytes > MAX_WHOLE_BYTES)
      return {
        source: 'disk',
        whole: undefined,
        read: (start, end, signal) => this.#stream(file, start, end, signal),
      };
    const whole = await this.#whole.fetch(file.root, { context: file });
    if (whole === undefined) throw unavailable();
    return wholeBody('disk', whole);
  }

  async *#stream(
    file: StoredFile,
    startBytes: number,
    endBytes: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    for (let at = startBytes; at < endBytes; at += CHUNK_BYTES) {
      signal.throwIfAborted();
      yield await this.#read(file, at, Math.min(CHUNK_BYTES, endBytes - at));
    }
  }

  async #read(file: StoredFile, offsetBytes: number, lengthBytes: number): Promise<Uint8Array> {
    try {
      return await this.#parts.store.read(file, offsetBytes, lengthBytes);
    } catch (cause) {
      throw Object.assign(unavailable(), { cause });
    }
  }
}

function wholeBody(source: 'memory' | 'disk', whole: Uint8Array): RenditionBody {
  return {
    source,
    whole,
    read: async function* (startBytes, endBytes) {
      yield whole.subarray(startBytes, endBytes);
    },
  };
}

const unavailable = (): UserError =>
  new UserError('image_unavailable', 503, 'The origin does not hold this file at the moment.');
