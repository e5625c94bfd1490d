/** Pad files (BEP 47) for stock v1 clients that take them for files: zeros, never stored. */
import { invariant } from '../../errors.ts';
import type { RenditionBody } from './rendition-source.ts';

/** One small page of zeros serves all pads; a pad of a usual set (below 16 KiB pieces) fits in it whole. */
const ZEROS = new Uint8Array(65_536);

export function padBody(lengthBytes: number): RenditionBody {
  return {
    source: 'memory',
    whole: lengthBytes <= ZEROS.length ? ZEROS.subarray(0, lengthBytes) : undefined,
    async *read(startBytes, endBytes) {
      invariant(startBytes <= endBytes && endBytes <= lengthBytes, 'a range lies within its pad');
      for (let at = startBytes; at < endBytes; at += ZEROS.length)
        yield ZEROS.subarray(0, Math.min(ZEROS.length, endBytes - at));
    },
  };
}
