/** An image set that is known to lie whole on disk, as the swarm node wants it: its .torrent is read when needed. */
import type { PublishedImage } from '../api-types/catalog.ts';
import { PeerError } from '../errors.ts';
import { Geometry } from '../geometry.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import type { InfoHash, InfoHashV2 } from '../units.ts';
import type { StoredTorrent, TorrentOutline } from './swarm-node-api.ts';

export type LoadMetainfo = (image: PublishedImage) => Promise<Metainfo>;

/** There are ten thousand of these: the entry is kept by the catalog anyway, and nothing is copied that it has. */
export class StoredImageTorrent implements StoredTorrent {
  readonly files: TorrentOutline['files'];
  readonly geometry: Geometry;
  readonly #image: PublishedImage;
  readonly #load: LoadMetainfo;

  constructor(image: PublishedImage, pieceLengthBytes: number, load: LoadMetainfo) {
    this.#image = image;
    this.#load = load;
    // By the raw bytes of the name, as in the torrent (BEP 52); names of renditions are ASCII.
    this.files = image.renditions
      .map(({ name, bytes, root }) => ({ name, lengthBytes: bytes, root }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    this.geometry = new Geometry(
      pieceLengthBytes,
      this.files.map(({ lengthBytes }) => lengthBytes),
    );
  }

  get infoHash(): InfoHash {
    return this.#image.infoHash;
  }

  get infoHashV2(): InfoHashV2 {
    return this.#image.infoHashV2;
  }

  get name(): string {
    return this.#image.id;
  }

  /** @throws what the loader throws; PeerError `torrent_mismatch` for a torrent of another piece length */
  async load(): Promise<Metainfo> {
    const metainfo = await this.#load(this.#image);
    if (metainfo.geometry.pieceLengthBytes === this.geometry.pieceLengthBytes) return metainfo;
    throw new PeerError('torrent_mismatch', `the pieces of image ${this.#image.id} are not as long as noted`);
  }
}
