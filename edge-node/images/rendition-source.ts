/** Bytes for the image route: from memory, from disk, or from the swarm as they are verified. */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import { PeerError, UserError } from '../../shared/errors.ts';
import { rootOfBytes } from '../../shared/node/hashing/leaves.ts';
import type { RenditionBody, RenditionSource } from '../../shared/node/http/rendition-source.ts';
import { type Deadline, setDeadline } from '../../shared/node/process/deadline.ts';
import type { ReadTally, SwarmNode } from '../../shared/node/swarm-node-api.ts';
import type { ImageId } from '../../shared/units.ts';
import type { CacheKeeper, EndClaim } from './cache-keeper.ts';
import type { ImageTable } from './image-table.ts';
import type { JoinedImage, Joiner } from './joiner.ts';
import type { MemoryCache } from './memory-cache.ts';
import type { PassThrough } from './pass-through.ts';
import { wholeBody } from './whole-body.ts';

export interface EdgeRenditionParts {
  readonly table: ImageTable;
  readonly joiner: Joiner;
  readonly cache: CacheKeeper;
  readonly memory: MemoryCache;
  readonly swarm: SwarmNode;
  /** Every byte of this rendition is on disk, verified. */
  isHeld(rendition: Rendition): boolean;
  join(image: PublishedImage): Promise<JoinedImage>;
  readonly passThrough: PassThrough;
  /** Longest wait of a reader for the join; the swarm has its own for each next piece. Default 10 s. */
  readonly patienceMs?: number;
}

interface Reading {
  readonly startBytes: number;
  readonly endBytes: number;
  readonly signal: AbortSignal;
  readonly tally: ReadTally;
}

/** Shops time out at some 30 s; a shopper is gone before that. */
const DEFAULT_PATIENCE_MS = 10_000;
/** Deleting a set takes some milliseconds; who waits longer waits for slow readers, or for too many at once. */
const ROOM_PATIENCE_MS = 500;

export class EdgeRenditionSource implements RenditionSource {
  readonly #parts: EdgeRenditionParts;
  readonly #patienceMs: number;

  constructor(parts: EdgeRenditionParts) {
    this.#parts = parts;
    this.#patienceMs = parts.patienceMs ?? DEFAULT_PATIENCE_MS;
  }

  image(id: ImageId): PublishedImage | undefined {
    return this.#parts.table.image(id);
  }

  /** Synchronous for what is hot: most requests of a flash sale. */
  open(
    image: PublishedImage,
    rendition: Rendition,
    isReadWhole = false,
  ): Promise<RenditionBody> | RenditionBody {
    const hot = this.#parts.memory.get(rendition.root);
    if (hot === undefined) return this.#openCold(image, rendition, isReadWhole);
    this.#parts.cache.asked(image.infoHash);
    return wholeBody('memory', hot);
  }

  async #openCold(image: PublishedImage, rendition: Rendition, isReadWhole: boolean): Promise<RenditionBody> {
    const { memory, cache } = this.#parts;
    cache.asked(image.infoHash);
    const { tally, begun } = newTally();
    const read = (startBytes: number, endBytes: number, signal: AbortSignal) =>
      this.#stream(image, rendition, { startBytes, endBytes, signal, tally });
    const endClaim = await this.#roomSoon(image, rendition);
    if (endClaim === undefined) return this.#passThrough(image, rendition);
    try {
      if (isReadWhole) await this.#parts.joiner.askAhead(image, rendition);
      const joined = await this.#join(image);
      if (!this.#parts.isHeld(rendition)) return { source: 'swarm', whole: undefined, tally, begun, read };
      const load = () =>
        this.#loadRight(joined, rendition, () =>
          collect(read(0, rendition.bytes, new AbortController().signal), rendition.bytes),
        );
      const whole = await memory.load(rendition.root, load, () => cache.popularityOf(image.infoHash));
      return wholeBody('disk', whole);
    } finally {
      endClaim();
    }
  }

  async #passThrough(image: PublishedImage, rendition: Rendition): Promise<RenditionBody> {
    const whole = await this.#unlessAway(this.#parts.passThrough.whole(image, rendition));
    const tally = { diskBytes: 0, swarmBytes: 0, webSeedBytes: whole.length, comingBytes: 0 };
    return { ...wholeBody('swarm', whole), tally };
  }

  /** Disks rot, and people change files: what comes from there is hashed before it is served, kept in memory or not. */
  async #loadRight(
    joined: JoinedImage,
    rendition: Rendition,
    load: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const whole = await load();
    if (rootOfBytes(whole) === rendition.root) return whole;
    await this.#parts.swarm.refetch(joined.image.infoHash, joined.fileIndex(rendition));
    // Its pieces were verified when they came.
    return await load();
  }

  /** @returns undefined when the disk has no room for it soon */
  async #roomSoon(image: PublishedImage, rendition: Rendition): Promise<EndClaim | undefined> {
    try {
      return await this.#parts.cache.claim(image, rendition, ROOM_PATIENCE_MS);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  /** Joined, and its files looked at. The join goes on when the reader's patience ends: the next one finds it further on. */
  #join(image: PublishedImage): Promise<JoinedImage> {
    return this.#unlessAway(this.#joinAndLook(image));
  }

  async #joinAndLook(image: PublishedImage): Promise<JoinedImage> {
    const { joiner, swarm } = this.#parts;
    const joined = joiner.joined(image.infoHash) ?? (await within(this.#parts.join(image), this.#patienceMs));
    // A set that was joined without a look at the disk is looked at now.
    await swarm.openFiles(image.infoHash);
    return joined;
  }

  /** @throws UserError `image_unavailable`, whatever went wrong */
  async #unlessAway<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw unavailable(error instanceof PeerError ? error.code : (error as Error).message);
    }
  }

  /** Between a reader's open and its first byte the set may have been evicted: then it is joined again, not refused. */
  async *#stream(
    image: PublishedImage,
    rendition: Rendition,
    { startBytes, endBytes, signal, tally }: Reading,
  ): AsyncGenerator<Uint8Array> {
    const { swarm, cache } = this.#parts;
    const { infoHash } = image;
    const endClaim = await cache.claim(image, rendition, this.#patienceMs);
    try {
      const fileIndex = (await this.#join(image)).fileIndex(rendition);
      const isNew = !this.#parts.isHeld(rendition);
      yield* swarm.readFile(infoHash, fileIndex, startBytes, endBytes, signal, tally);
      // Just fetched: those who gave it, or have it beside them, are seen now.
      if (isNew) cache.replicated(infoHash, swarm.replicas(infoHash, fileIndex));
    } finally {
      endClaim();
    }
  }
}

function newTally(): { tally: ReadTally; begun: Promise<void> } {
  let tell = (): void => {};
  const begun = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return { tally: { diskBytes: 0, swarmBytes: 0, webSeedBytes: 0, comingBytes: 0, begun: tell }, begun };
}

function unavailable(reason: string): UserError {
  return new UserError('image_unavailable', 503, `no source has the image at the moment: ${reason}`);
}

async function collect(pieces: AsyncIterable<Uint8Array>, lengthBytes: number): Promise<Uint8Array> {
  const whole = new Uint8Array(lengthBytes);
  let at = 0;
  for await (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  if (at !== lengthBytes) throw unavailable('the disk gave less than it holds');
  return whole;
}

/** @throws UserError `image_unavailable` when the time is over first */
async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let limit: Deadline | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    limit = setDeadline(timeoutMs, () => reject(unavailable('it did not come in time')));
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    limit?.clear();
  }
}
