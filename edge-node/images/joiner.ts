/**
 * Joins and leaves the torrents of images. One join however many wait for it; leaving an image that is being
 * joined ends the join first, and joining one that is being left waits until it is gone. So for each torrent one
 * thing happens at a time, in the order asked.
 */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import { invariant } from '../../shared/errors.ts';
import type { Metainfo } from '../../shared/metainfo/metainfo.ts';
import { nextTick } from '../../shared/node/next-tick.ts';
import type {
  StoredTorrent,
  SwarmNode,
  TorrentOptions,
  TorrentOutline,
} from '../../shared/node/swarm-node-api.ts';
import type { InfoHash } from '../../shared/units.ts';
import type { FleetBook } from '../fleet-book.ts';
import type { TorrentFiles } from './torrent-files.ts';
import type { TorrentSource } from './torrent-source.ts';

export interface JoinedImage {
  readonly image: PublishedImage;
  readonly pieceLengthBytes: number;
  fileIndex(rendition: Rendition): number;
}

interface Joining {
  readonly done: Promise<JoinedImage>;
  readonly controller: AbortController;
  /** A reader waits for it. */
  isAwaited: boolean;
}

export interface JoinerParts {
  readonly swarm: SwarmNode;
  readonly source: TorrentSource;
  readonly files: TorrentFiles;
  readonly fleet: FleetBook;
  readonly torrentOptions: TorrentOptions;
  /** The set, if it is known to lie whole on disk: then its .torrent is not read to join it. */
  stored(image: PublishedImage): StoredTorrent | undefined;
  /** Whether the log still publishes this image: it may have been purged while its torrent was fetched. */
  isPublished(image: PublishedImage): boolean;
}

export class Joiner {
  readonly #parts: JoinerParts;
  readonly #joined = new Map<InfoHash, JoinedImage>();
  readonly #joining = new Map<InfoHash, Joining>();
  readonly #leaving = new Map<InfoHash, Promise<void>>();
  #closed = false;

  constructor(parts: JoinerParts) {
    this.#parts = parts;
    parts.fleet.onChange(() => {
      for (const infoHash of this.#joined.keys()) this.#tellPeers(infoHash);
    });
  }

  joined(infoHash: InfoHash): JoinedImage | undefined {
    return this.#joined.get(infoHash);
  }

  /** Joined, or being joined. */
  isHere(infoHash: InfoHash): boolean {
    return this.#joined.has(infoHash) || this.#joining.get(infoHash)?.controller.signal.aborted === false;
  }

  /** Of a joined set all is fetched from now on, from whoever has it. */
  fetchWhole(infoHash: InfoHash): void {
    const { swarm, fleet } = this.#parts;
    swarm.setWant(infoHash, 'all');
    swarm.addPeers(infoHash, fleet.addresses());
  }

  all(): Iterable<JoinedImage> {
    return this.#joined.values();
  }

  /**
   * @param isAwaited by a reader: siblings are asked as well, when the origin does not tell what the torrent is
   * @throws what {@link TorrentSource.metainfoOf} throws; AbortError when the image is left meanwhile
   */
  join(image: PublishedImage, isAwaited = false): Promise<JoinedImage> {
    const joined = this.#joined.get(image.infoHash);
    if (joined !== undefined) return Promise.resolve(joined);
    const running = this.#joining.get(image.infoHash);
    if (running !== undefined && !running.controller.signal.aborted) {
      running.isAwaited ||= isAwaited;
      return running.done;
    }
    const controller = new AbortController();
    if (this.#closed) controller.abort();
    const isStillAwaited = () => this.#joining.get(image.infoHash)?.isAwaited ?? isAwaited;
    const done = this.#join(image, controller.signal, isStillAwaited).finally(() => {
      if (this.#joining.get(image.infoHash)?.done === done) this.#joining.delete(image.infoHash);
    });
    this.#joining.set(image.infoHash, { done, controller, isAwaited });
    return done;
  }

  /**
   * A reader waits for all of a rendition: of a set that is not here nobody knows yet who has it, so its bytes are on
   * their way while it is joined, if they would be asked of the web seed then. Resolves when the question has left.
   */
  async askAhead(image: PublishedImage, { name, bytes }: Rendition): Promise<void> {
    const { swarm, files, stored, torrentOptions } = this.#parts;
    const { infoHash } = image;
    if (torrentOptions.want === 'all' || this.isHere(infoHash) || this.#leaving.has(infoHash)) return;
    // Joined in an earlier life: some of it may lie on disk.
    if (files.has(infoHash) || stored(image)) return;
    swarm.askAhead(image.id, { name, lengthBytes: bytes }, torrentOptions.webSeeds);
    // A request gets its kept connection in a later tick, and a join is a millisecond of promises that resolve.
    await nextTick();
  }

  /**
   * Ends its links and deletes its bytes, unless another image holds the same rendition. Never rejects.
   * @param isPurged nobody may have a byte of it from now on, so the swarm is left first
   */
  leave(infoHash: InfoHash, isPurged = false): Promise<void> {
    const running = this.#leaving.get(infoHash);
    if (running !== undefined) return running;
    const done = this.#leave(infoHash, isPurged).finally(() => this.#leaving.delete(infoHash));
    this.#leaving.set(infoHash, done);
    return done;
  }

  /** No join is left running when it resolves. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = [...this.#joining.values()];
    for (const { controller } of running) controller.abort();
    await Promise.allSettled([...running.map(({ done }) => done), ...this.#leaving.values()]);
  }

  /**
   * An origin that is linked teaches (BEP 16) what an edge without prefetch does not want; what a reader
   * wants is asked of it by HTTP as long as that works.
   */
  #tellPeers(infoHash: InfoHash): void {
    const { swarm, fleet, torrentOptions } = this.#parts;
    if (torrentOptions.want === 'all') swarm.addPeers(infoHash, fleet.addresses());
    else swarm.addPeers(infoHash, fleet.neighbours(), fleet.origin());
  }

  async #join(image: PublishedImage, signal: AbortSignal, isAwaited: () => boolean): Promise<JoinedImage> {
    const { swarm, source, torrentOptions } = this.#parts;
    await this.#leaving.get(image.infoHash);
    signal.throwIfAborted();
    const stored = this.#parts.stored(image);
    const torrent = stored ?? (await source.metainfoOf(image, signal, isAwaited));
    signal.throwIfAborted();
    if (!this.#parts.isPublished(image)) throw new DOMException('purged while joining', 'AbortError');
    if (stored) await swarm.addStored(stored, torrentOptions);
    else await swarm.addTorrent(torrent as Metainfo, torrentOptions);
    const joined = joinedImage(image, torrent);
    this.#joined.set(image.infoHash, joined);
    this.#tellPeers(image.infoHash);
    return joined;
  }

  async #leave(infoHash: InfoHash, isPurged: boolean): Promise<void> {
    const { swarm, files } = this.#parts;
    const running = this.#joining.get(infoHash);
    running?.controller.abort();
    // At once: who joins it again waits until it is gone.
    this.#joined.delete(infoHash);
    if (isPurged && swarm.hasTorrent(infoHash)) await swarm.removeTorrent(infoHash, true).catch(() => {});
    await running?.done.catch(() => {});
    this.#joined.delete(infoHash);
    // The .torrent goes first: bytes without it are swept at the next start, it without bytes would be joined.
    await files.remove(infoHash).catch(() => {});
    if (swarm.hasTorrent(infoHash)) await swarm.removeTorrent(infoHash, true).catch(() => {});
  }
}

function joinedImage(image: PublishedImage, { files, geometry }: TorrentOutline): JoinedImage {
  return {
    image,
    pieceLengthBytes: geometry.pieceLengthBytes,
    fileIndex: ({ name }) => {
      const index = files.findIndex((file) => file.name === name);
      invariant(index !== -1, `rendition ${name} is in the checked torrent`);
      return index;
    },
  };
}
