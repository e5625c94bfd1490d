/**
 * Shoppers are not to pay for a standstill of ours (AW1 of docs/PROTOCOL.md): Node runs its timers first, and would end
 * connections whose requests have come and wait in the kernel.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { STOOD_STILL_MS } from '../process/awake-clock.ts';
import { afterReading } from '../process/deadline.ts';

/** Name of the server's timer that looks for late requests; Node has no public one. */
const LOOKING = 'http.server.connectionsCheckingInterval';

/**
 * Late requests are looked for when what has come is read. A look that is itself late is left out, for the rest of a
 * request may still be on its way; never two in a row, so that a process that always stands still has limits too.
 * @param server listens already
 */
export function lookAfterReading(server: Server, everyMs: number): void {
  const name = Object.getOwnPropertySymbols(server).find(({ description }) => description === LOOKING);
  const timer = name && (Reflect.get(server, name) as { _onTimeout(): void });
  // A Node that calls it otherwise keeps its own order.
  if (timer === undefined) return;
  const look = timer._onTimeout;
  let lookedAt = performance.now();
  let isLeftOut = false;
  timer._onTimeout = () => {
    const sinceMs = performance.now() - lookedAt;
    lookedAt += sinceMs;
    isLeftOut = !isLeftOut && sinceMs > everyMs + STOOD_STILL_MS;
    if (!isLeftOut) afterReading(look);
  };
}

/** For a connection that Node calls idle. @param end called unless something has come after all */
export function ifStillIdle(socket: Socket, end: () => void): void {
  const { bytesRead } = socket;
  afterReading(() => {
    if (!socket.destroyed && socket.bytesRead === bytesRead) end();
  });
}
