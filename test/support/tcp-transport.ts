import { DownLimit } from '../../shared/node/transport/down-limit.ts';
import { linkNumbers } from '../../shared/node/transport/link-transport.ts';
import type { TcpTransportOptions } from '../../shared/node/transport/tcp-options.ts';
import { TcpTransport } from '../../shared/node/transport/tcp-transport.ts';

/** A TCP transport without limits, but for those given. */
export function tcpTransport(options: Partial<TcpTransportOptions> = {}): TcpTransport {
  return new TcpTransport({
    nextLink: linkNumbers(),
    now: () => performance.now(),
    localAddress: undefined,
    upRateBytesPerSecond: Number.POSITIVE_INFINITY,
    downLimit: new DownLimit(Number.POSITIVE_INFINITY, () => performance.now()),
    maxLinks: 100,
    ...options,
  });
}
