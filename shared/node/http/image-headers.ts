/**
 * Header lists of the image route, made once per rendition: raw arrays go straight into node:http's writeHead,
 * which is the warm path's whole header work.
 */
import type { PublishedImage, Rendition } from '../../api-types/catalog.ts';
import type { ByteSource } from './rendition-source.ts';

/** Name, value, name, value… as node:http takes it. */
export type RawHeaders = readonly string[];

/** What a request addresses: a rendition under one of its two kinds of URL, or a pad. */
export interface Resource {
  /** Strong, with its quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly contentType: string;
  /** Without Content-Type and Content-Length, for 206. */
  readonly base: Readonly<Record<ByteSource, RawHeaders>>;
  /** For 200. */
  readonly whole: Readonly<Record<ByteSource, RawHeaders>>;
  readonly notModified: RawHeaders;
}

export const NAMED_CACHING: RawHeaders = ['Cache-Control', 'public, max-age=31536000, immutable'];

/** Also when JPEG was chosen: a cache that forgets Vary there gives JPEG to all (RFC 9110 section 12.5.5). */
const NEGOTIATED_CACHING: RawHeaders = [
  'Cache-Control',
  'public, max-age=3600, stale-while-revalidate=86400',
  'Vary',
  'Accept',
];

/** Images are public, and a shop's page stands on another host than the node. */
export const CROSS_ORIGIN: RawHeaders = [
  'Access-Control-Allow-Origin',
  '*',
  'Timing-Allow-Origin',
  '*',
  'Cross-Origin-Resource-Policy',
  'cross-origin',
];

export function makeResource(
  parts: { etag: string; sizeBytes: number; contentType: string; caching: RawHeaders },
  nodeName: string,
): Resource {
  const { etag, sizeBytes, contentType, caching } = parts;
  const validators = [...caching, 'ETag', etag];
  const base = (source: ByteSource): RawHeaders => [
    ...validators,
    'Accept-Ranges',
    'bytes',
    'X-Content-Type-Options',
    'nosniff',
    ...CROSS_ORIGIN,
    'Cache-Status',
    cacheStatus(nodeName, source),
    'Server-Timing',
    `source;desc=${source}`,
  ];
  const whole = (source: ByteSource): RawHeaders => [
    ...base(source),
    'Content-Type',
    contentType,
    'Content-Length',
    String(sizeBytes),
  ];
  return {
    etag,
    sizeBytes,
    contentType,
    base: { memory: base('memory'), disk: base('disk'), swarm: base('swarm') },
    whole: { memory: whole('memory'), disk: whole('disk'), swarm: whole('swarm') },
    notModified: [...validators, ...CROSS_ORIGIN, 'Cache-Status', `${cacheName(nodeName)}; hit`],
  };
}

/** RFC 9211: `hit` when nothing had to be fetched; the detail tells where the bytes were. */
function cacheStatus(nodeName: string, source: ByteSource): string {
  return `${cacheName(nodeName)}; ${source === 'swarm' ? 'fwd=miss' : 'hit'}; detail=${source}`;
}

/** A token as it is, anything else as a quoted string (RFC 8941 section 3.3). */
function cacheName(nodeName: string): string {
  if (/^[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*$/.test(nodeName)) return nodeName;
  const printable = nodeName.replace(/[^\x20-\x7e]/g, '?');
  return `"${printable.replace(/["\\]/g, '\\$&')}"`;
}

/** The resources of one image; kept as long as the catalog keeps the image, so a purge frees them. */
export class ImageResources {
  readonly #byName: ReadonlyMap<string, Rendition>;
  readonly #named = new Map<string, Resource>();
  readonly #negotiated = new Map<string, Resource>();
  readonly #nodeName: string;

  constructor(image: PublishedImage, nodeName: string) {
    this.#byName = new Map(image.renditions.map((rendition) => [rendition.name, rendition]));
    this.#nodeName = nodeName;
  }

  rendition(name: string): Rendition | undefined {
    return this.#byName.get(name);
  }

  named(rendition: Rendition): Resource {
    return this.#resource(this.#named, rendition, NAMED_CACHING);
  }

  negotiated(rendition: Rendition): Resource {
    const caching = [...NEGOTIATED_CACHING, 'Content-Location', rendition.url];
    return this.#resource(this.#negotiated, rendition, caching);
  }

  #resource(cache: Map<string, Resource>, rendition: Rendition, caching: RawHeaders): Resource {
    const known = cache.get(rendition.name);
    if (known !== undefined) return known;
    const parts = {
      etag: `"${rendition.root}"`,
      sizeBytes: rendition.bytes,
      contentType: rendition.type,
      caching,
    };
    const made = makeResource(parts, this.#nodeName);
    cache.set(rendition.name, made);
    return made;
  }
}
