/** Cache-Status (RFC 9211) and Server-Timing: where the bytes of an answer come from. */
import type { ReadTally } from '../swarm-node-api.ts';
import type { RawHeaders } from './image-headers.ts';
import type { ByteSource } from './rendition-source.ts';

export interface WhereFrom {
  /** From one place, which has them all. */
  readonly from: Readonly<Record<ByteSource, RawHeaders>>;
  /** No bytes are sent: the node knows by its log that those of the client are still the right ones. */
  readonly notModified: RawHeaders;
  /** Bytes that are still arriving; counted when the header goes out, which does not wait for the last of them. */
  arriving(tally: Readonly<ReadTally>): RawHeaders;
}

export function whereFrom(nodeName: string): WhereFrom {
  const name = cacheName(nodeName);
  const hit = (source: ByteSource): RawHeaders => fields(`${name}; hit; detail=${source}`, source, '');
  return {
    from: {
      memory: hit('memory'),
      disk: hit('disk'),
      swarm: fields(`${name}; fwd=miss; detail=swarm`, 'swarm', ''),
    },
    notModified: ['Cache-Status', `${name}; hit`],
    arriving: ({ diskBytes, swarmBytes, webSeedBytes, comingBytes }) => {
      const counts = [
        ['disk', diskBytes],
        ['swarm', swarmBytes],
        ['web-seed', webSeedBytes + comingBytes],
      ] as const;
      const detail = counts.map(([source, bytes]) => `${source}=${bytes}`).join(' ');
      const timing = counts.map(([source, bytes]) => (bytes > 0 ? `, ${source};desc="${bytes} bytes"` : ''));
      // Section 2.2: `partial` is a miss of which something was here.
      const forward = diskBytes > 0 ? 'partial' : 'miss';
      return fields(`${name}; fwd=${forward}; detail="${detail}"`, 'swarm', timing.join(''));
    },
  };
}

function fields(cacheStatus: string, source: ByteSource, timing: string): RawHeaders {
  return ['Cache-Status', cacheStatus, 'Server-Timing', `source;desc=${source}${timing}`];
}

/** A token as it is, anything else as a quoted string (RFC 8941 section 3.3). */
function cacheName(nodeName: string): string {
  if (/^[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*$/.test(nodeName)) return nodeName;
  const printable = nodeName.replace(/[^\x20-\x7e]/g, '?');
  return `"${printable.replace(/["\\]/g, '\\$&')}"`;
}
