/**
 * A real edge under a shop's traffic with room for a fifth of the catalog: requests leave at their times, whether
 * answers came or not (open loop), so that a slow edge cannot slow its own trial down.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { Image } from '../../shared/api-types/catalog.ts';
import { seededRandom } from '../../shared/random.ts';
import type { Fleet, RunningNode } from './fleet.ts';

export interface TrafficOptions {
  readonly images: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  readonly seed: number;
}

export interface TrafficResult {
  readonly requests: number;
  /** Answers that were no 200 or of another length, and requests without an answer. */
  readonly failures: readonly string[];
  readonly budgetBytes: number;
  /** Most that pieces took on disk. */
  readonly mostDiskBytes: number;
  readonly evicted: number;
  /** Resident memory over the second half, by least squares; MB per minute. */
  readonly memorySlope: number;
}

/** Disk use is looked at so often. */
const LOOK_MS = 250;

export async function runCacheTraffic(fleet: Fleet, options: TrafficOptions): Promise<TrafficResult> {
  await fleet.startOrigin();
  const images = await upload(fleet, options.images);
  const catalogBytes = images
    .flatMap(({ renditions }) => renditions)
    .reduce((sum, { bytes }) => sum + bytes, 0);
  const budgetBytes = Math.ceil(catalogBytes / 5);
  const flags = ['--cache-bytes', `${budgetBytes}`, '--memory-bytes', `${Math.ceil(budgetBytes / 4)}`];
  const edge = await fleet.startEdge({ name: 'cache', prefetch: 'none', flags });
  const memory: [minutes: number, megabytes: number][] = [];
  let mostDiskBytes = 0;
  const begunMs = performance.now();
  const looking = setInterval(() => {
    mostDiskBytes = Math.max(mostDiskBytes, diskBytes(edge));
    memory.push([(performance.now() - begunMs) / 60_000, residentMegabytes(edge)]);
  }, LOOK_MS);
  const failures = await traffic(edge, images, options);
  clearInterval(looking);
  const metrics = await (await fetch(`${edge.url}/metrics`)).text();
  return {
    requests: options.seconds * options.requestsPerSecond,
    failures,
    budgetBytes,
    mostDiskBytes,
    evicted: Number(/^shoal_edge_evictions_total\{reason="budget"\} (\d+)/m.exec(metrics)?.[1]),
    memorySlope: slope(memory.slice(memory.length >> 1)),
  };
}

/** Noise, so that renditions are no smaller than those of photos. */
async function upload(fleet: Fleet, count: number): Promise<Image[]> {
  const product = await fleet.createProduct('Noise');
  const images: Image[] = [];
  for (let index = 0; index < count; index++) {
    const background = { r: index % 256, g: 128, b: 128 };
    const noise = { type: 'gaussian', mean: 100 + (index % 50), sigma: 20 } as const;
    const photo = sharp({ create: { width: 320, height: 240, channels: 3, background, noise } });
    images.push(await fleet.upload(product, new Uint8Array(await photo.jpeg().toBuffer())));
  }
  return images;
}

async function traffic(
  edge: RunningNode,
  images: readonly Image[],
  options: TrafficOptions,
): Promise<string[]> {
  const random = seededRandom(options.seed);
  const failures: string[] = [];
  const open = new Set<Promise<void>>();
  const begunMs = performance.now();
  for (let sent = 0; sent < options.seconds * options.requestsPerSecond; sent++) {
    const waitMs = begunMs + (sent * 1000) / options.requestsPerSecond - performance.now();
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    // Of Zipf's law with exponent 1; which image stands where moves on with time.
    const place = Math.floor(images.length ** random.fraction()) - 1;
    const image = images[(place + Math.floor(sent / 200)) % images.length] as Image;
    const rendition = image.renditions[
      random.integer(image.renditions.length)
    ] as Image['renditions'][number];
    const asked = ask(`${edge.url}/images/${image.id}/${rendition.name}`, rendition.bytes, begunMs, failures);
    open.add(asked);
    void asked.finally(() => open.delete(asked));
  }
  await Promise.all(open);
  return failures;
}

async function ask(url: string, lengthBytes: number, begunMs: number, failures: string[]): Promise<void> {
  const askedMs = performance.now();
  const atMs = Math.round(askedMs - begunMs);
  const took = () => Math.round(performance.now() - askedMs);
  try {
    const response = await fetch(url);
    const body = Buffer.from(await response.arrayBuffer());
    if (response.status === 200 && body.length === lengthBytes) return;
    // A problem (RFC 9457) tells its code and why.
    const why =
      response.status === 200 ? `${body.length} of ${lengthBytes} bytes` : body.toString('utf8', 0, 300);
    failures.push(`${url}, asked at ${atMs} ms, after ${took()} ms: ${response.status} ${why}`);
  } catch (error) {
    failures.push(
      `${url}, asked at ${atMs} ms, after ${took()} ms: ${error} ${(error as Error).cause ?? ''}`,
    );
  }
}

function diskBytes({ data }: RunningNode): number {
  const pieces = path.join(data, 'pieces');
  const names = readdirSync(pieces, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.(?:data|whole)$/.test(name))
    .reduce(
      (sum, name) => sum + (statSync(path.join(pieces, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
}

function residentMegabytes({ process: child }: RunningNode): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'));
  return (Number(line?.[1]) * 1024) / 1e6;
}

function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  return mean((point) => (point[0] - x) * (point[1] - y)) / mean((point) => (point[0] - x) ** 2);
}
