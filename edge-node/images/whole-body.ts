/** A rendition that lies in memory, for the image route. */
import type { ByteSource, RenditionBody } from '../../shared/node/http/rendition-source.ts';

export function wholeBody(source: ByteSource, whole: Uint8Array): RenditionBody {
  return {
    source,
    whole,
    read: async function* (startBytes, endBytes) {
      yield whole.subarray(startBytes, endBytes);
    },
  };
}
