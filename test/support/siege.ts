/** Sockets that connect to nodes and say nothing, for as long as it lasts. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** From so many addresses, so that the limit per address is not what helps. */
const ADDRESSES = 50;
const BATCH = 250;
/** Nodes refuse at once, and close who says nothing after ten seconds. */
const STOOD_MS = 5_000;

export interface Siege {
  /** Sockets that are connected now. */
  standing(): number;
  destroy(): void;
}

/** Resolves when all have tried. Those that are refused stay refused; those that stood and were closed come again. */
export async function besiege(count: number, ports: readonly number[]): Promise<Siege> {
  const sockets = new Map<number, Socket>();
  let isOver = false;
  const dial = (number: number): Socket => {
    const socket = connect({
      port: ports[number % ports.length] as number,
      host: '127.0.0.1',
      localAddress: `127.0.1.${1 + ((number >> 1) % ADDRESSES)}`,
    });
    sockets.set(number, socket);
    let since = Number.POSITIVE_INFINITY;
    socket.once('connect', () => {
      since = performance.now();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      if (!isOver && performance.now() - since > STOOD_MS) dial(number);
    });
    return socket;
  };
  for (let from = 0; from < count; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => dial(from + i));
    await Promise.all(
      batch.map((socket) =>
        Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined),
      ),
    );
  }
  return {
    standing: () => [...sockets.values()].filter(({ readyState }) => readyState === 'open').length,
    destroy: () => {
      isOver = true;
      for (const socket of sockets.values()) socket.destroy();
    },
  };
}
