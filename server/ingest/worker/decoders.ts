/**
 * What libvips may read. Its other loaders are the ones with the long list of holes (threat rows 33 and 35):
 * they are blocked by name here, and by `VIPS_BLOCK_UNTRUSTED` in the worker's environment.
 */
import sharp from 'sharp';
import { invariant } from '../../../shared/errors.ts';

/** libheif in sharp's build has the AV1 decoder only: no HEVC. */
const ALLOWED_LOADERS = [
  'VipsForeignLoadJpegFile',
  'VipsForeignLoadPngFile',
  'VipsForeignLoadWebpFile',
  'VipsForeignLoadHeifFile',
];

export function restrictDecoders(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ALLOWED_LOADERS });
  // One rendition per thread of the pool, and each encoder single-threaded: the same bytes on every machine.
  sharp.concurrency(1);
  sharp.cache(false);
}

const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>');
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** A build of sharp that cannot write AVIF, or still reads SVG, must not start. @throws InternalError */
export async function checkDecoders(): Promise<void> {
  const create = { width: 16, height: 16, channels: 3, background: 'red' } as const;
  const avif = await sharp({ create }).avif({ quality: 50, effort: 2 }).toBuffer();
  invariant(avif.toString('latin1', 4, 12) === 'ftypavif', 'sharp cannot write AVIF');
  for (const blocked of [SVG, GIF]) {
    const opened = await sharp(blocked)
      .metadata()
      .catch(() => undefined);
    invariant(opened === undefined, `sharp still reads ${opened?.format}`);
  }
}
