/** How a server ends: running answers to their end, then what is left is cut off. */
import type { Server } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Http2Sessions } from './http2-sessions.ts';

/** Connections that become idle while the server drains have to be looked for. */
const DRAIN_LOOK_MS = 50;

/** @param sockets of the kernel, those in a TLS handshake too */
export function drain(
  server: Server,
  sockets: ReadonlySet<Socket>,
  sessions: Http2Sessions | undefined,
  deadlineMs: number,
): Promise<void> {
  // To Node a connection is idle once its answer is handed over whole, though a slow reader may have megabytes of it
  // still to take. So nothing is called idle while anyone has bytes to take; they end together or at the deadline.
  const closeIdle = (): void => {
    for (const socket of sockets) if (socket.writableLength > 0) return;
    server.closeIdleConnections();
  };
  return new Promise((resolve) => {
    const looking = setInterval(closeIdle, DRAIN_LOOK_MS);
    const cutting = setTimeout(() => {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
    }, deadlineMs);
    sessions?.drain();
    // Not http's own `close`, which would begin with cutting off those readers; it follows for Node's own timer.
    NetServer.prototype.close.call(server, () => {
      clearInterval(looking);
      clearTimeout(cutting);
      server.close();
      resolve();
    });
    closeIdle();
    // To Node a connection that has asked nothing yet is not idle; browsers open such ones in advance.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  });
}
