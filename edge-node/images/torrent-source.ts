/**
 * A published image's checked metainfo: from disk if it was joined before, else from the hashes that came with its
 * entry or that the origin tells over the feed, else as the origin's .torrent, else, for a reader, as a sibling's.
 */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import { PeerError } from '../../shared/errors.ts';
import type { HashFunctions, Metainfo } from '../../shared/metainfo/metainfo.ts';
import { CREATED_BY, torrentUrls } from '../../shared/metainfo/origin-urls.ts';
import { parseMetainfo } from '../../shared/metainfo/parse.ts';
import { metainfoFromPieceHashes } from '../../shared/metainfo/piece-hashes.ts';
import type { OriginFetch } from '../origin-fetch.ts';
import { checkMetainfo } from './check-metainfo.ts';
import type { HashDesk } from './hash-desk.ts';
import type { OfferedHashes } from './offered-hashes.ts';
import type { SiblingTorrents } from './sibling-torrents.ts';
import { MAX_TORRENT_BYTES, type TorrentFiles } from './torrent-files.ts';

/** An origin that says nothing for so long is as good as away to a reader; its answer still counts. */
const LATE_MS = 1_000;
const nobodyWaits = () => false;

export class TorrentSource {
  readonly #files: TorrentFiles;
  readonly #offered: OfferedHashes;
  readonly #origin: OriginFetch;
  readonly #hashes: HashFunctions;
  readonly #desk: Pick<HashDesk, 'ask'>;
  readonly #siblings: SiblingTorrents;

  constructor(
    files: TorrentFiles,
    offered: OfferedHashes,
    origin: OriginFetch,
    hashes: HashFunctions,
    desk: Pick<HashDesk, 'ask'>,
    siblings: SiblingTorrents,
  ) {
    this.#siblings = siblings;
    this.#desk = desk;
    this.#files = files;
    this.#offered = offered;
    this.#origin = origin;
    this.#hashes = hashes;
  }

  /**
   * Kept on disk soon after, unless the disk refuses: then the image can still be served, and a restart asks the
   * origin again.
   * @param isAwaited whether a reader waits for it: then siblings are asked too
   * @throws PeerError `origin_*`, `bencode_*`, `metainfo_*` or `torrent_mismatch`; the signal's reason
   */
  async metainfoOf(
    image: PublishedImage,
    signal: AbortSignal,
    isAwaited: () => boolean = nobodyWaits,
  ): Promise<Metainfo> {
    const kept = await this.#kept(image);
    if (kept !== undefined) return kept;
    signal.throwIfAborted();
    // Over within two seconds, whatever the origin does.
    await this.#desk.ask(image.infoHash);
    signal.throwIfAborted();
    const metainfo = this.#rebuilt(image) ?? (await this.#fetched(image, signal, isAwaited));
    this.#files.write(image.infoHash, metainfo.bytes);
    return metainfo;
  }

  async #fetched(image: PublishedImage, signal: AbortSignal, isAwaited: () => boolean): Promise<Metainfo> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const path = `/torrents/${image.infoHash}.torrent`;
    const read = (bytes: Uint8Array) => this.#read(bytes, image);
    const ofOrigin = this.#origin.get(path, MAX_TORRENT_BYTES, either).then(read);
    try {
      const isThere = await inTime(ofOrigin);
      if (isThere || !isAwaited()) return await ofOrigin;
      const ofSibling = this.#siblings.find(path, MAX_TORRENT_BYTES, read, either);
      return await Promise.any([ofOrigin, ofSibling.then((found) => found ?? ofOrigin)]);
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    } finally {
      over.abort();
    }
  }

  /** Hashes that make another torrent are as good as none: the .torrent is fetched. */
  #rebuilt(image: PublishedImage): Metainfo | undefined {
    const bytes = this.#offered.take(image.infoHash);
    const { publicUrl } = this.#offered;
    if (bytes === undefined || publicUrl === undefined) return undefined;
    const files = image.renditions.map(({ name, bytes: lengthBytes, root }) => ({ name, lengthBytes, root }));
    const set = { name: image.id, files, createdBy: CREATED_BY, ...torrentUrls(publicUrl) };
    try {
      const metainfo = metainfoFromPieceHashes(set, bytes, this.#hashes, { maxBytes: MAX_TORRENT_BYTES });
      checkMetainfo(metainfo, image);
      return metainfo;
    } catch (error) {
      if (error instanceof PeerError) return undefined;
      throw error;
    }
  }

  /** What lies on disk is judged as strictly as what comes from outside: disks rot, and people restore backups. */
  async #kept(image: PublishedImage): Promise<Metainfo | undefined> {
    try {
      const bytes = await this.#files.read(image.infoHash);
      return bytes && this.#read(bytes, image);
    } catch (error) {
      if (error instanceof PeerError) await this.#files.remove(image.infoHash).catch(() => {});
      return undefined;
    }
  }

  #read(bytes: Uint8Array, image: PublishedImage): Metainfo {
    const metainfo = parseMetainfo(bytes, this.#hashes, { maxBytes: MAX_TORRENT_BYTES });
    checkMetainfo(metainfo, image);
    return metainfo;
  }
}

/** False when it has failed, or is late. */
async function inTime(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), LATE_MS);
  });
  const isThere = work.then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([isThere, late]);
  } finally {
    clearTimeout(timer);
  }
}
