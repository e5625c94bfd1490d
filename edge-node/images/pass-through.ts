/**
 * What a reader wants while the disk has no room for it: whole from the origin, verified by its root, and kept nowhere.
 * So the disk's budget holds and readers are answered, at the price of a copy from the origin's uplink.
 */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import { PeerError, UserError } from '../../shared/errors.ts';
import { rootOfBytes } from '../../shared/node/hashing/leaves.ts';
import type { FileRoot } from '../../shared/units.ts';
import type { OriginFetch } from '../origin-fetch.ts';

/** In memory at once. Renditions are some hundred KiB; who comes on top is refused. */
const MAX_BYTES = 32 * 1024 * 1024;

export class PassThrough {
  readonly #origin: OriginFetch;
  readonly #sign: (path: string) => string;
  readonly #underWay = new Map<FileRoot, Promise<Uint8Array>>();
  #bytes = 0;

  /** @param sign the path, in a form that the origin answers (docs/PROTOCOL.md, SU2) */
  constructor(origin: OriginFetch, sign: (path: string) => string) {
    this.#origin = origin;
    this.#sign = sign;
  }

  /** One fetch however many ask at once. @throws UserError `image_unavailable`; PeerError `origin_*` */
  whole(image: PublishedImage, rendition: Rendition): Promise<Uint8Array> {
    const running = this.#underWay.get(rendition.root);
    if (running !== undefined) return running;
    if (this.#bytes + rendition.bytes > MAX_BYTES)
      throw new UserError('image_unavailable', 503, 'neither disk nor memory has room for it at the moment');
    this.#bytes += rendition.bytes;
    const fetching = this.#fetch(image, rendition).finally(() => {
      this.#underWay.delete(rendition.root);
      this.#bytes -= rendition.bytes;
    });
    this.#underWay.set(rendition.root, fetching);
    return fetching;
  }

  async #fetch(image: PublishedImage, rendition: Rendition): Promise<Uint8Array> {
    const path = this.#sign(`/images/${image.id}/${rendition.name}`);
    const bytes = await this.#origin.get(path, rendition.bytes, new AbortController().signal);
    if (rootOfBytes(bytes) !== rendition.root)
      throw new PeerError('torrent_mismatch', `the origin has other bytes for ${image.id}/${rendition.name}`);
    return bytes;
  }
}
