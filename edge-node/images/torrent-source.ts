/**
 * A published image's checked metainfo: from disk if it was joined before, else from the hashes that came with its
 * entry or that the origin tells over the feed, else as the origin's .torrent.
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
import { MAX_TORRENT_BYTES, type TorrentFiles } from './torrent-files.ts';

export class TorrentSource {
  readonly #files: TorrentFiles;
  readonly #offered: OfferedHashes;
  readonly #origin: OriginFetch;
  readonly #hashes: HashFunctions;
  readonly #desk: Pick<HashDesk, 'ask'>;

  constructor(
    files: TorrentFiles,
    offered: OfferedHashes,
    origin: OriginFetch,
    hashes: HashFunctions,
    desk: Pick<HashDesk, 'ask'>,
  ) {
    this.#desk = desk;
    this.#files = files;
    this.#offered = offered;
    this.#origin = origin;
    this.#hashes = hashes;
  }

  /**
   * Kept on disk soon after, unless the disk refuses: then the image can still be served, and a restart asks the
   * origin again.
   * @throws PeerError `origin_*`, `bencode_*`, `metainfo_*` or `torrent_mismatch`; the signal's reason
   */
  async metainfoOf(image: PublishedImage, signal: AbortSignal): Promise<Metainfo> {
    const kept = await this.#kept(image);
    if (kept !== undefined) return kept;
    signal.throwIfAborted();
    // Over within two seconds, whatever the origin does.
    await this.#desk.ask(image.infoHash);
    signal.throwIfAborted();
    const metainfo = this.#rebuilt(image) ?? (await this.#fetched(image, signal));
    this.#files.write(image.infoHash, metainfo.bytes);
    return metainfo;
  }

  async #fetched(image: PublishedImage, signal: AbortSignal): Promise<Metainfo> {
    const bytes = await this.#origin.get(`/torrents/${image.infoHash}.torrent`, MAX_TORRENT_BYTES, signal);
    return this.#read(bytes, image);
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
