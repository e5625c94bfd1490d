/**
 * Ports for processes that are told where to listen. Below those that the kernel gives to outgoing connections (32768 and
 * up on Linux): between a look and the start of a process one of these was taken now and then.
 */
import { createServer } from 'node:net';

const FIRST = 20_000;
const COUNT = 12_000;

/** Other tests' processes begin elsewhere. */
let next = (process.pid * 97) % COUNT;

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries++) {
    const port = FIRST + next;
    next = (next + 1) % COUNT;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port is free from ${FIRST} to ${FIRST + COUNT}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
