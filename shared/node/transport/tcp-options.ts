/** What a TCP transport is given. */
import type { LinkId } from '../../units.ts';
import type { DownLimit } from './down-limit.ts';

export interface TcpTransportOptions {
  readonly nextLink: () => LinkId;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Local address of dials; undefined: the kernel chooses. */
  readonly localAddress: string | undefined;
  /** Infinity: no limit. */
  readonly upRateBytesPerSecond: number;
  /** Shared with what else this node downloads; the transport's {@link LinkTransport.shutdown} leaves it be. */
  readonly downLimit: DownLimit;
  readonly maxLinks: number;
  /** Places for addresses of the fleet only. Default: a quarter of maxLinks. */
  readonly reservedLinks?: number;
  /** Default: a quarter of maxLinks, at least 16; shops and offices share addresses. */
  readonly maxLinksPerIp?: number;
  /** Default 64. */
  readonly maxHalfOpen?: number;
  /** Default 5000. */
  readonly dialTimeoutMs?: number;
  /** The kernel has these bytes. Small chunks are not told, nor those of a link that has ended. */
  readonly onChunkSent?: (chunk: Uint8Array) => void;
  /** Accepting failed (out of descriptors, for example); listening goes on. */
  readonly onListenerError?: (error: Error) => void;
}
