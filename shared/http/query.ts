/**
 * The words that image services share in their queries (design section 3). Nothing here can be wrong: unknown words
 * are ignored and absurd values count as not given, for a shopper's <img> never gets a 400. What comes out is a small
 * set of wishes; two queries with the same wishes are the same request (threat row 40: key flooding).
 */
import type { RenditionType } from '../api-types/catalog.ts';
import { parsePixelRatio, parsePixels } from './image-numbers.ts';

export interface ImageWish {
  /** In CSS pixels; `undefined`: not given or absurd. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Device pixels per CSS pixel, 1 to 5; `undefined`: not given or absurd. */
  readonly dpr: number | undefined;
  /** `undefined`: choose by Accept. */
  readonly type: RenditionType | undefined;
  /** `auto=format`: by Accept where the client names a newer type, and `type` is what the others get. */
  readonly autoFormat: boolean;
  /** Whether the image must cover the box of width and height, or lie within it. */
  readonly fit: 'cover' | 'contain';
}

/** What a stock provider of an image component writes is below 200 characters. */
const MAX_QUERY_CHARACTERS = 2048;
const MAX_WORDS = 64;

const TYPES: Readonly<Record<string, RenditionType>> = {
  avif: 'image/avif',
  webp: 'image/webp',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  pjpg: 'image/jpeg',
};

/** The rungs by the names that shops give them. */
const PRESETS: Readonly<Record<string, number>> = {
  thumb: 160,
  thumbnail: 160,
  small: 320,
  medium: 640,
  large: 1280,
  xlarge: 2048,
  hero: 2048,
};

/** Words of imgix, Cloudinary, sharp and CSS for "fill the box"; anything else means "lie within it". */
const COVERING = new Set(['cover', 'crop', 'fill', 'facearea', 'min', 'outside', 'scale', 'lfill', 'thumb']);

/** Reads what follows the `?`. Quality is known but changes nothing: the ladder has one quality per format. */
export function parseImageQuery(query: string): ImageWish {
  const words = query === '' ? NO_WORDS : readWords(query);
  const pixels = (...names: string[]) => parsePixels(first(words, names));
  const preset = first(words, ['preset'])?.toLowerCase() ?? '';
  const height = pixels('h', 'height');
  const width =
    pixels('w', 'width') ??
    (height === undefined && Object.hasOwn(PRESETS, preset) ? PRESETS[preset] : undefined);
  const format = first(words, ['fm', 'format', 'f'])?.toLowerCase() ?? '';
  const auto = first(words, ['auto'])?.toLowerCase().split(',') ?? [];
  const fit = first(words, ['fit', 'mode'])?.toLowerCase() ?? '';
  return {
    width,
    height,
    dpr: parsePixelRatio(first(words, ['dpr'])),
    type: Object.hasOwn(TYPES, format) ? TYPES[format] : undefined,
    autoFormat: auto.includes('format'),
    fit: COVERING.has(fit) ? 'cover' : 'contain',
  };
}

/** Whether the address itself says how large the image has to be; then nothing that a browser tells makes it larger. */
export function namesSize(wish: ImageWish): boolean {
  return wish.width !== undefined || wish.height !== undefined;
}

const NO_WORDS: ReadonlyMap<string, string> = new Map();

/** The first of a repeated word counts, as in URLSearchParams.get. */
function readWords(query: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const pair of wholeWords(query).split('&', MAX_WORDS)) {
    const equals = pair.indexOf('=');
    if (equals <= 0) continue;
    const word = pair.slice(0, equals);
    const value = decode(pair.slice(equals + 1));
    if (value !== undefined && !words.has(word)) words.set(word, value);
  }
  return words;
}

/** What of a query is read. Half a word is none: `w=12` is not what `w=1280` wanted. */
function wholeWords(query: string): string {
  if (query.length <= MAX_QUERY_CHARACTERS) return query;
  return query.slice(0, Math.max(0, query.lastIndexOf('&', MAX_QUERY_CHARACTERS)));
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' ')).trim();
  } catch {
    return undefined;
  }
}

function first(words: ReadonlyMap<string, string>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = words.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}
