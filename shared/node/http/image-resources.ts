/** What lies under the addresses of an image, and what of it a request is answered with. */
import type { IncomingMessage } from 'node:http';
import type { PublishedImage, Rendition } from '../../api-types/catalog.ts';
import { readClientHints } from '../../http/client-hints.ts';
import { namesSize, parseImageQuery } from '../../http/query.ts';
import { selectRendition } from '../../http/select-rendition.ts';
import { BLOCK_BYTES } from '../../units.ts';
import type { FileDigest } from './digests.ts';
import {
  type ImageHold,
  makeResource,
  NAMED_CACHING,
  negotiatedCaching,
  type Openness,
  type RawHeaders,
  type Resource,
} from './image-headers.ts';

/** How a rendition is addressed: by its name, or by an address that leaves a choice. */
type Address = 'named' | Openness;

export interface FoundRendition {
  readonly rendition: Rendition;
  readonly resource: Resource;
}

/**
 * The resources of one image, at most three for each rendition whatever is asked (threat row 40); kept as long as the
 * catalog keeps the image, so a purge frees them.
 */
export class ImageResources {
  readonly #image: PublishedImage;
  readonly #nodeName: string;
  readonly #isPrivate: boolean;
  readonly #hold: ImageHold | undefined;
  readonly #byName: ReadonlyMap<string, Rendition>;
  readonly #digests = new Map<Rendition, FileDigest>();
  readonly #made: Readonly<Record<Address, Map<Rendition, Resource>>> = {
    named: new Map(),
    open: new Map(),
    sized: new Map(),
  };

  constructor(image: PublishedImage, nodeName: string, hold?: ImageHold, isPrivate = false) {
    this.#isPrivate = isPrivate;
    this.#hold = hold;
    this.#image = image;
    this.#nodeName = nodeName;
    this.#byName = new Map(image.renditions.map((rendition) => [rendition.name, rendition]));
  }

  named(name: string): FoundRendition | undefined {
    const rendition = this.#byName.get(name);
    if (rendition === undefined) return undefined;
    return { rendition, resource: this.#resource(rendition, 'named') };
  }

  negotiated(query: string, headers: IncomingMessage['headers']): FoundRendition | undefined {
    const wish = parseImageQuery(query);
    // Node joins repeated lines of such fields to one text.
    const hints = readClientHints((name) => headers[name] as string | undefined);
    const rendition = selectRendition(this.#image, wish, { accept: headers.accept, hints });
    if (rendition === undefined) return undefined;
    return { rendition, resource: this.#resource(rendition, namesSize(wish) ? 'sized' : 'open') };
  }

  #resource(rendition: Rendition, address: Address): Resource {
    const known = this.#made[address].get(rendition);
    if (known !== undefined) return known;
    const parts = {
      etag: `"${rendition.root}"`,
      sizeBytes: rendition.bytes,
      contentType: rendition.type,
      caching: cachingOf(rendition, address, this.#isPrivate),
      digest: this.#digestOf(rendition),
      hold: this.#hold,
    };
    const made = makeResource(parts, this.#nodeName);
    this.#made[address].set(rendition, made);
    return made;
  }

  #digestOf(rendition: Rendition): FileDigest {
    let digest = this.#digests.get(rendition);
    if (digest === undefined) {
      // The root of a file of one block is the SHA-256 of that block, and so of the file (BEP 52).
      const isOneBlock = rendition.bytes <= BLOCK_BYTES;
      digest = { sha256: isOneBlock ? Buffer.from(rendition.root, 'hex') : undefined };
      this.#digests.set(rendition, digest);
    }
    return digest;
  }
}

/** @param isPrivate not everybody is let in: a cache that many share would be a way past the door */
function cachingOf(rendition: Rendition, address: Address, isPrivate: boolean): RawHeaders {
  const caching = address === 'named' ? NAMED_CACHING : negotiatedCaching(rendition.url, address);
  return isPrivate ? caching.map((text) => text.replace(/^public,/, 'private,')) : caching;
}

/** Zeros of a pad file (BEP 47), under an address of any image. */
export function padResource(lengthBytes: number, nodeName: string): Resource {
  const parts = {
    etag: `"pad-${lengthBytes}"`,
    sizeBytes: lengthBytes,
    contentType: 'application/octet-stream',
    caching: NAMED_CACHING,
    digest: { sha256: undefined },
  };
  return makeResource(parts, nodeName);
}
