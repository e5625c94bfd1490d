/**
 * Header lists of the image route, made once per rendition: raw arrays go straight into node:http's writeHead,
 * which is the warm path's whole header work.
 */
import type { Socket } from 'node:net';
import { SCREEN_HINTS } from '../../http/client-hints.ts';
import type { FileDigest } from './digests.ts';
import type { ByteSource } from './rendition-source.ts';
import { type WhereFrom, whereFrom } from './where-from.ts';

/** Name, value, name, value… as node:http takes it. */
export type RawHeaders = readonly string[];

/** What an answer needs to know of its image once the bytes are there: it may have been purged meanwhile. */
export interface ImageHold {
  isPublished(): boolean;
  /** This connection is about to be sent bytes of it. */
  sending(socket: Socket): void;
}

/** What a request addresses: a rendition under one of its two kinds of URL, or a pad. */
export interface Resource {
  /** Strong, with its quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly contentType: string;
  /** Of 200 and 206, whatever the content and wherever it lies. */
  readonly base: RawHeaders;
  readonly where: WhereFrom;
  /** Content-Type and Content-Length of the whole file. */
  readonly content: RawHeaders;
  /** For 200, ready made. */
  readonly whole: Readonly<Record<ByteSource, RawHeaders>>;
  readonly notModified: RawHeaders;
  readonly digest: FileDigest;
  /** `undefined`: bytes of no image. */
  readonly hold: ImageHold | undefined;
}

export const NAMED_CACHING: RawHeaders = ['Cache-Control', 'public, max-age=31536000, immutable'];

/** How an address leaves the choice to the client: all of it, or all but the size. */
export type Openness = 'open' | 'sized';

/** An hour, and for a day what is there goes out while the cache asks again (RFC 5861 section 3). */
const NEGOTIATED_CACHING = 'public, max-age=3600, stale-while-revalidate=86400';

/**
 * What the choice depends on, also when JPEG was chosen and when a field was not sent: a cache that forgets Vary there
 * gives JPEG to all (RFC 9110 section 12.5.5). With a size in the address the screen decides nothing, and caches keep
 * few variants.
 */
const VARY: Readonly<Record<Openness, string>> = {
  open: ['Accept', 'Save-Data', ...SCREEN_HINTS].join(', '),
  sized: 'Accept, Save-Data',
};

/** Browsers tell of their screen only those who ask (RFC 8942 section 3.1). */
const ACCEPT_CH: Readonly<Record<Openness, RawHeaders>> = {
  open: ['Accept-CH', SCREEN_HINTS.filter((name) => name.startsWith('Sec-')).join(', ')],
  sized: [],
};

/** @param url path of the rendition that was chosen */
export function negotiatedCaching(url: string, openness: Openness): RawHeaders {
  return [
    'Cache-Control',
    NEGOTIATED_CACHING,
    'Vary',
    VARY[openness],
    'Content-Location',
    url,
    ...ACCEPT_CH[openness],
  ];
}

/** Images are public, and a shop's page stands on another host than the node. */
export const CROSS_ORIGIN: RawHeaders = [
  'Access-Control-Allow-Origin',
  '*',
  // Without it a script reads neither ETag nor Content-Range nor Cache-Status.
  'Access-Control-Expose-Headers',
  '*',
  'Timing-Allow-Origin',
  '*',
  'Cross-Origin-Resource-Policy',
  'cross-origin',
];

export interface ResourceParts extends Pick<Resource, 'etag' | 'sizeBytes' | 'contentType' | 'digest'> {
  /** Default: bytes of no image. */
  readonly hold?: ImageHold | undefined;
  readonly caching: RawHeaders;
}

export function makeResource(parts: ResourceParts, nodeName: string): Resource {
  const { etag, sizeBytes, contentType, digest, hold, caching } = parts;
  const validators = [...caching, 'ETag', etag];
  const where = whereFrom(nodeName);
  const base = [
    ...validators,
    'Accept-Ranges',
    'bytes',
    'X-Content-Type-Options',
    'nosniff',
    ...CROSS_ORIGIN,
  ];
  const content = ['Content-Type', contentType, 'Content-Length', String(sizeBytes)];
  const whole = (source: ByteSource): RawHeaders => [...base, ...where.from[source], ...content];
  return {
    etag,
    sizeBytes,
    contentType,
    digest,
    base,
    where,
    content,
    hold,
    whole: { memory: whole('memory'), disk: whole('disk'), swarm: whole('swarm') },
    notModified: [...validators, ...CROSS_ORIGIN, ...where.notModified],
  };
}
