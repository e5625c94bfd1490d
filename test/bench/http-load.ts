/**
 * The load process of the edge's bench: each message is an order, each answer what was counted. Raw sockets
 * that count bytes: a load generator that parses every body (autocannon: 1,400 answers of 60 KiB a second, where
 * the servers give 30,000) measures itself and makes any two servers look alike.
 */
import { connect, type Socket } from 'node:net';

export interface LoadOrder {
  readonly port: number;
  readonly path: string;
  readonly bodyBytes: number;
  readonly connections: number;
  readonly durationSeconds: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Connections that ended, answers that were not 200 or of another length. */
  readonly failures: number;
}

process.on('message', (order: LoadOrder) => {
  void load(order).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));

interface Counts {
  requests: number;
  failures: number;
  running: boolean;
  readonly sockets: Set<Socket>;
}

async function load(order: LoadOrder): Promise<LoadResult> {
  const counts: Counts = { requests: 0, failures: 0, running: true, sockets: new Set() };
  const startedMs = performance.now();
  for (let i = 0; i < order.connections; i++) ask(order, counts);
  await new Promise((resolve) => setTimeout(resolve, order.durationSeconds * 1000));
  counts.running = false;
  const elapsedSeconds = (performance.now() - startedMs) / 1000;
  const { requests, failures } = counts;
  for (const socket of counts.sockets) socket.destroy();
  return { requestsPerSecond: requests / elapsedSeconds, requests, failures };
}

/** One connection that asks again as soon as it has the whole answer; it reads into one buffer and keeps nothing. */
function ask(order: LoadOrder, counts: Counts): void {
  const request =
    `GET ${order.path} HTTP/1.1\r\nHost: 127.0.0.1:${order.port}\r\nAccept: image/avif,image/webp,*/*\r\n` +
    'Accept-Encoding: gzip, deflate\r\nUser-Agent: shoal-bench\r\n\r\n';
  let leftBytes = 0;
  const take = (length: number, buffer: Uint8Array): boolean => {
    if (leftBytes === 0) leftBytes = lengthOf(buffer, length, order.bodyBytes);
    leftBytes -= length;
    if (leftBytes < 0) {
      counts.failures++;
      socket.destroy();
    } else if (leftBytes === 0 && counts.running) {
      counts.requests++;
      socket.write(request);
    }
    return true;
  };
  const onread = { buffer: Buffer.alloc(1 << 20), callback: take };
  const socket = connect({ host: '127.0.0.1', port: order.port, onread }, () => socket.write(request));
  socket.on('error', () => counts.failures++);
  // Also the orderly end after as many requests as a connection may have: it begins a new one, as a browser does.
  socket.on('end', () => {
    if (counts.running) ask(order, counts);
  });
  socket.on('close', () => counts.sockets.delete(socket));
  counts.sockets.add(socket);
}

/** Of head and body; -1 for an answer that is not a 200, or whose head did not come in one piece. */
function lengthOf(buffer: Uint8Array, length: number, bodyBytes: number): number {
  const head = Buffer.from(buffer.buffer, buffer.byteOffset, Math.min(length, 2048));
  const endOfHead = head.indexOf('\r\n\r\n');
  return endOfHead < 0 || !head.subarray(0, 12).equals(OK) ? -1 : endOfHead + 4 + bodyBytes;
}

const OK = Buffer.from('HTTP/1.1 200');
