/**
 * Which of our three image types to send for an Accept field (RFC 9110 section 12.5.1). Not the package negotiator:
 * it takes a wildcard for support, and every browser sends a wildcard with its images, also those that cannot show
 * AVIF. So AVIF and WebP go only to those who name them; whatever the field says, there are three answers
 * (threat row 44), and there is always one: a shopper's <img> never gets a 406.
 */
import type { RenditionType } from '../api-types/catalog.ts';

/** Best first: what wins when the client likes several equally. */
const BY_SIZE: readonly RenditionType[] = ['image/avif', 'image/webp', 'image/jpeg'];

/** Browsers send about 120 characters; a longer field than this is answered with JPEG, unread. */
const MAX_HEADER_CHARACTERS = 2048;

interface Liking {
  quality: number;
  /** 2: the type by name, 1: `image/*`, 0: any, -1: not mentioned. The most specific one counts (12.5.1). */
  precision: number;
}

/** Types the client can show, the one to send first. Never empty. */
export function preferredTypes(accept: string | undefined): readonly RenditionType[] {
  if (accept === undefined || accept.length > MAX_HEADER_CHARACTERS) return ['image/jpeg'];
  const likings = readLikings(accept);
  const named = (type: RenditionType) => {
    const liking = likings[BY_SIZE.indexOf(type)] as Liking;
    if (liking.quality === 0) return 0;
    // JPEG is what a wildcard means to everyone.
    return liking.precision === 2 || type === 'image/jpeg' ? liking.quality : 0;
  };
  const wanted = BY_SIZE.filter((type) => named(type) > 0).sort((a, b) => named(b) - named(a));
  if (wanted.length > 0) return wanted;
  // JPEG was refused by name, or nothing of ours is wanted. A wildcard may still allow WebP, the older of the two.
  return (likings[1] as Liking).quality > 0 ? ['image/webp'] : ['image/jpeg'];
}

/** Whether the client names the type, with a quality above 0. */
export function namesType(accept: string | undefined, type: RenditionType): boolean {
  if (accept === undefined || accept.length > MAX_HEADER_CHARACTERS) return false;
  const liking = readLikings(accept)[BY_SIZE.indexOf(type)] as Liking;
  return liking.precision === 2 && liking.quality > 0;
}

function readLikings(accept: string): readonly Liking[] {
  const likings = BY_SIZE.map(() => ({ quality: 0, precision: -1 }));
  for (const member of splitOutsideQuotes(accept, ',')) {
    const [range = '', ...parameters] = splitOutsideQuotes(member, ';');
    const quality = readQuality(parameters);
    if (quality === undefined) continue;
    const type = range.trim().toLowerCase();
    for (let i = 0; i < BY_SIZE.length; i++) {
      const precision = type === BY_SIZE[i] ? 2 : type === 'image/*' ? 1 : type === '*/*' ? 0 : -1;
      const liking = likings[i] as Liking;
      if (precision < 0 || precision < liking.precision) continue;
      if (precision > liking.precision || quality > liking.quality)
        Object.assign(liking, { quality, precision });
    }
  }
  return likings;
}

/** 1 without `q`; `undefined` for a malformed one, whose member then says nothing. */
function readQuality(parameters: readonly string[]): number | undefined {
  for (const parameter of parameters) {
    const match = /^[ \t]*q[ \t]*=[ \t]*(.*?)[ \t]*$/i.exec(parameter);
    if (match === null) continue;
    const weight = match[1] as string;
    return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : undefined;
  }
  return 1;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '"') quoted = !quoted;
    if (quoted && character === '\\') {
      part += text.slice(i, i + 2);
      i += 1;
    } else if (character === separator && !quoted) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  parts.push(part);
  return parts;
}
