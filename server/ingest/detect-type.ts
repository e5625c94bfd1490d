/** Tells what a file is by its first bytes; names and declared types say nothing (threat rows 33 to 35). */
import { UserError } from '../../shared/errors.ts';

export type SourceType = 'jpeg' | 'png' | 'webp' | 'avif';

/** Enough for every signature here, the brands of an AVIF, and an SVG behind an XML head and a comment. */
export const HEAD_BYTES = 1_024;

type Known = SourceType | { readonly unsupported: string };

/**
 * @param head the file's first {@link HEAD_BYTES}, or all of it
 * @throws UserError `upload_type_unsupported` for other image formats and documents, `upload_not_image` for the rest
 */
export function detectType(head: Uint8Array): SourceType {
  const known = knownType(head);
  if (typeof known === 'string') return known;
  if (known)
    throw new UserError(
      'upload_type_unsupported',
      415,
      `The file is ${known.unsupported}; upload a JPEG, PNG, WebP or AVIF.`,
    );
  throw new UserError('upload_not_image', 415, 'The file is not an image; upload a JPEG, PNG, WebP or AVIF.');
}

function knownType(head: Uint8Array): Known | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, HEAD_BYTES)).toString(
    'latin1',
  );
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('RIFF') && text.startsWith('WEBPVP8', 8)) return 'webp';
  if (text.startsWith('ftyp', 4)) return fileTypeBox(text);
  for (const [signature, name] of UNSUPPORTED) if (text.startsWith(signature)) return { unsupported: name };
  if (/^(\xef\xbb\xbf)?\s*</.test(text) && text.includes('<svg')) return { unsupported: 'an SVG drawing' };
  return undefined;
}

const UNSUPPORTED: readonly (readonly [string, string])[] = [
  ['GIF8', 'a GIF'],
  ['II*\0', 'a TIFF'],
  ['MM\0*', 'a TIFF'],
  ['II+\0', 'a TIFF'],
  ['MM\0+', 'a TIFF'],
  ['BM', 'a BMP'],
  ['%PDF', 'a PDF'],
  ['8BPS', 'a Photoshop document'],
  ['\xff\x0a', 'a JPEG XL'],
  ['\0\0\0\x0cJXL ', 'a JPEG XL'],
  ['\0\0\0\x0cjP  ', 'a JPEG 2000'],
  ['\0\0\x01\0', 'an icon'],
  ['v/1\x01', 'an OpenEXR'],
  ['#?RADIANCE', 'a Radiance HDR'],
];

/** ISO 14496-12 section 4.3: major brand, version, then compatible brands to the end of the box. */
function fileTypeBox(text: string): Known {
  const lengthBytes =
    (text.charCodeAt(0) << 24) | (text.charCodeAt(1) << 16) | (text.charCodeAt(2) << 8) | text.charCodeAt(3);
  const brands = new Set<string>([text.slice(8, 12)]);
  for (let at = 16; at + 4 <= Math.min(lengthBytes, text.length); at += 4) brands.add(text.slice(at, at + 4));
  if (brands.has('avif') || brands.has('avis')) return 'avif';
  return { unsupported: 'a HEIC photo or a video' };
}
