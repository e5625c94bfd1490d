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
  /** From the request's write to the answer's last byte. */
  readonly p99Ms: number;
  /** Connections that ended, answers that were not 200 or of another length. */
  readonly failures: number;
  /** Connections that were open at the end and had been answered. */
  readonly held: number;
}

/** So many are opened at a time, and before any asks: a server's queue of those it has not accepted is 511 long. */
const OPENED_AT_ONCE = 256;
/** Of all connections: what is read is counted and looked at no more. */
const INPUT = Buffer.alloc(1 << 20);

process.on('message', (order: LoadOrder) => {
  void load(order).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit(0));

interface Counts {
  requests: number;
  failures: number;
  running: boolean;
  /** How many answers took so long, by 10 µs. */
  readonly latencies: Uint32Array;
  readonly sockets: Set<Socket>;
  readonly answered: Set<Socket>;
}

async function load(order: LoadOrder): Promise<LoadResult> {
  const counts: Counts = {
    requests: 0,
    failures: 0,
    running: true,
    latencies: new Uint32Array(2_000_000),
    sockets: new Set(),
    answered: new Set(),
  };
  const asks: (() => void)[] = [];
  while (asks.length < order.connections) {
    const missing = order.connections - asks.length;
    const opening = Array.from({ length: Math.min(OPENED_AT_ONCE, missing) }, () => open(order, counts));
    asks.push(...(await Promise.all(opening)));
  }
  const startedMs = performance.now();
  for (const ask of asks) ask();
  await new Promise((resolve) => setTimeout(resolve, order.durationSeconds * 1000));
  counts.running = false;
  const elapsedSeconds = (performance.now() - startedMs) / 1000;
  const { requests, failures } = counts;
  const held = counts.answered.size;
  for (const socket of counts.sockets) socket.destroy();
  return { requestsPerSecond: requests / elapsedSeconds, requests, p99Ms: p99Ms(counts), failures, held };
}

function p99Ms({ latencies, requests }: Counts): number {
  let above = requests / 100;
  let bucket = latencies.length - 1;
  while (bucket > 0 && above > 0) above -= latencies[bucket--] as number;
  return bucket / 100;
}

/**
 * One connection that, once begun, asks again as soon as it has the whole answer; it keeps nothing.
 * @returns begins; resolves when it is connected, or failed
 */
async function open(order: LoadOrder, counts: Counts): Promise<() => void> {
  const request =
    `GET ${order.path} HTTP/1.1\r\nHost: 127.0.0.1:${order.port}\r\nAccept: image/avif,image/webp,*/*\r\n` +
    'Accept-Encoding: gzip, deflate\r\nUser-Agent: shoal-bench\r\n\r\n';
  let leftBytes = 0;
  let askedMs = 0;
  const ask = (): void => {
    askedMs = performance.now();
    socket.write(request);
  };
  const take = (length: number, buffer: Uint8Array): boolean => {
    if (leftBytes === 0) leftBytes = lengthOf(buffer, length, order.bodyBytes);
    leftBytes -= length;
    if (leftBytes < 0) {
      counts.failures++;
      socket.destroy();
    } else if (leftBytes === 0 && counts.running) {
      counts.requests++;
      counts.answered.add(socket);
      const bucket = Math.min(counts.latencies.length - 1, Math.floor((performance.now() - askedMs) * 100));
      counts.latencies[bucket] = (counts.latencies[bucket] as number) + 1;
      ask();
    }
    return true;
  };
  const onread = { buffer: INPUT, callback: take };
  const socket = connect({ host: '127.0.0.1', port: order.port, onread });
  socket.on('error', () => counts.failures++);
  // Also the orderly end after as many requests as a connection may have: it begins a new one, as a browser does.
  socket.on('end', () => {
    if (counts.running) void open(order, counts).then((begin) => begin());
  });
  socket.on('close', () => {
    counts.sockets.delete(socket);
    counts.answered.delete(socket);
  });
  counts.sockets.add(socket);
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', () => resolve());
  });
  return ask;
}

/** Of head and body; -1 for an answer that is not a 200, or whose head did not come in one piece. */
function lengthOf(buffer: Uint8Array, length: number, bodyBytes: number): number {
  const head = Buffer.from(buffer.buffer, buffer.byteOffset, Math.min(length, 2048));
  const endOfHead = head.indexOf('\r\n\r\n');
  return endOfHead < 0 || !head.subarray(0, 12).equals(OK) ? -1 : endOfHead + 4 + bodyBytes;
}

const OK = Buffer.from('HTTP/1.1 200');
