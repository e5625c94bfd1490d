/** Readers of an edge whose web seed, catalog and cache change under them: each gets right bytes or an error, and soon. */
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { type Random, seededRandom } from '../../shared/random.ts';
import { type ImageSet, makeImageSet, SET_BYTES } from './support/image-set.ts';
import { eventually, TestEdge } from './support/test-edge.ts';
import { TestOrigin } from './support/test-origin.ts';

const NAMES = ['160.avif', '160.jpg', '640.avif', '640.jpg'] as const;
const FAULTS = ['none', 'none', 'silent', 'cut', 'refused'] as const;
const STEPS = 80;

interface Wish {
  readonly name: string;
  readonly method: string;
  readonly range: readonly [first: number, last: number] | undefined;
  /** After so many bytes; undefined: stays. */
  readonly leavesAfter: number | undefined;
}

function drawWish(random: Random): Wish {
  const first = random.integer(3_000);
  return {
    name: NAMES[random.integer(NAMES.length)]!,
    method: random.integer(8) === 0 ? 'HEAD' : 'GET',
    range: random.integer(3) === 0 ? [first, first + random.integer(3_000 - first)] : undefined,
    leavesAfter: [undefined, undefined, 0, 1_000][random.integer(4)],
  };
}

/** @returns status; 0: none came. @throws when a byte is wrong */
function read(edge: TestEdge, { image, files }: ImageSet, wish: Wish): Promise<number> {
  const { name, method, range, leavesAfter } = wish;
  const whole = files.get(name)!;
  const expected = range ? whole.subarray(range[0], range[1] + 1) : whole;
  const headers = range ? { range: `bytes=${range[0]}-${range[1]}` } : {};
  return new Promise((resolve, reject) => {
    let status = 0;
    let got = 0;
    const url = `${edge.url}/images/${image.id}/${name}`;
    const asking = request(url, { method, headers, agent: false }, (answer: IncomingMessage) => {
      status = answer.statusCode!;
      answer.on('data', (chunk: Buffer) => {
        if (status < 300 && !expected.subarray(got, got + chunk.length).equals(chunk))
          reject(new Error(`${url} gave wrong bytes at ${got}`));
        got += chunk.length;
        if (leavesAfter !== undefined && got >= leavesAfter) asking.destroy();
      });
      answer.on('error', () => undefined);
      answer.on('close', () => {
        const isWhole = status < 300 && method === 'GET' && answer.complete;
        if (isWhole && got < expected.length)
          reject(new Error(`${url} ended at ${got} and said it was whole`));
        resolve(status);
      });
    });
    asking.on('error', () => undefined);
    asking.on('close', () => resolve(status));
    asking.end();
    if (leavesAfter === 0) setImmediate(() => asking.destroy());
  });
}

/** What is asked of the web seed goes as `fault.now` says; `end` lets go of what it left without an answer. */
function failing(origin: TestOrigin) {
  const fault: { now: (typeof FAULTS)[number] } = { now: 'none' };
  const silent = new Set<ServerResponse>();
  origin.intercept = ({ url = '', headers }, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (!url.startsWith('/images/') || fault.now === 'none') return false;
    if (fault.now === 'silent') silent.add(response);
    else if (fault.now === 'refused' || first === undefined) response.writeHead(503).end();
    else {
      const bytes = Buffer.alloc(Number(last) + 1 - Number(first));
      const range = `bytes ${first}-${last}/100000`;
      response.writeHead(206, { 'content-length': bytes.length, 'content-range': range });
      response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
    }
    return true;
  };
  const end = () => {
    for (const response of silent) response.destroy();
    silent.clear();
  };
  return { fault, end };
}

async function storm(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const origin = await TestOrigin.start();
  if (random.integer(2) === 0) await origin.leaveSwarm();
  const sets = await Promise.all([1, 2, 3, 4, 5, 6].map(makeImageSet));
  for (const set of sets) await origin.publish(set);
  const edge = await TestEdge.start(origin.url, {
    prefetch: (['none', 'all', 'hot'] as const)[random.integer(3)]!,
    cacheBytes: [Number.POSITIVE_INFINITY, 2 * SET_BYTES, SET_BYTES][random.integer(3)]!,
    memoryBytes: [0, 400_000][random.integer(2)]!,
  });
  await eventually(async () => expect(await edge.ready()).toBe(true));
  const { fault, end } = failing(origin);
  const readers: Promise<number>[] = [];
  const purged = new Set<ImageSet>();
  for (let step = 0; step < STEPS; step++) {
    const set = sets[random.integer(sets.length)]!;
    const draw = random.integer(12);
    if (draw === 0) fault.now = FAULTS[random.integer(FAULTS.length)]!;
    else if (draw === 1) end();
    else if (draw > 2) readers.push(read(edge, set, drawWish(random)));
    else if (purged.delete(set)) await origin.publish(set);
    else {
      purged.add(set);
      origin.purge(set);
    }
    for (let turns = random.integer(30); turns > 0; turns--) await new Promise(setImmediate);
  }
  fault.now = 'none';
  end();
  const statuses = await Promise.all(readers);
  for (const status of statuses) expect([0, 200, 206, 404, 503]).toContain(status);
  await eventually(async () => expect(await edge.metric(/shoal_readers_waiting/)).toBe(0));
  await eventually(async () => expect((await edge.status()).images.known).toBe(sets.length - purged.size));
  // Nothing that anybody left behind keeps the next one from all of it.
  for (const { image, files } of sets.filter((set) => !purged.has(set)))
    for (const name of NAMES)
      expect((await edge.bytes(`/images/${image.id}/${name}`)).equals(files.get(name)!)).toBe(true);
  const heldBytes = await edge.metric(/shoal_edge_cache_bytes\{tier="disk"\}/);
  expect(heldBytes).toBeLessThanOrEqual(edge.config.cacheBytes);
  expect(edge.lines.filter(({ msg }) => msg === 'image answer failed')).toEqual([]);
  expect(edge.lines.filter(({ msg }) => msg === 'the piece store failed')).toEqual([]);
}

test.each([1, 2, 3, 4, 5, 6])(
  'every reader gets an answer or an error, whatever fails: seed %i',
  storm,
  60_000,
);
