/** What to do with a body nobody wants, so that the client still reads why it was refused. */
import type { IncomingMessage } from 'node:http';

/** Read and thrown away, so that the connection can go on: cheaper than a new one. */
const MAX_DISCARDED_BYTES = 1_048_576;
/**
 * Closing a socket with unread bytes sends a reset, which can overtake the answer (RFC 9112 section 9.6). So a
 * longer body is left unread for this time, in which the client reads the answer and stops, then cut off.
 */
const LINGER_MS = 1_000;

/** To be called when the answer has been written. */
export function discardBody(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  let left = MAX_DISCARDED_BYTES;
  // Not only the socket: once it is answered, Node does not tell a request that its connection has ended.
  const timer = setTimeout(() => req.destroy(), LINGER_MS);
  const done = () => clearTimeout(timer);
  req.once('end', done);
  req.once('close', done);
  // A client that goes away meanwhile is no news.
  req.on('error', done);
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) req.pause();
    else timer.refresh();
  });
  req.resume();
}
