/**
 * How long a purge takes to be in effect on every edge of a running, linked fleet, and whether a byte of the image is
 * to be had afterwards: each edge is asked for it again and again, by the unshaped network, from before the purge
 * until a while after its answer.
 */
import { readdir, readFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import path from 'node:path';
import type { Image } from '../../shared/api-types/catalog.ts';
import { median } from '../bench/median.ts';
import type { Lab } from './lab.ts';
import { bytesPerSecond, type RunReport } from './metrics.ts';
import { bytesOf, photosFor } from './published.ts';
import { type PurgeAnswer, ShapedFleet } from './shaped-fleet.ts';
import { pause } from './status-client.ts';
import { type LinkShape, Switch } from './switch.ts';

export interface PurgeShape {
  readonly bytesEach: number;
  /** Photos that are published, purged and published again in turn. */
  readonly photos: number;
  readonly edges: number;
  readonly link: LinkShape;
  /** That count; one more goes before them. */
  readonly purges: number;
}

interface Purge {
  readonly answer: PurgeAnswer;
  /** Answers with the image that were asked for before the purge was answered. */
  readonly served: number;
  /** Bytes that came of requests made after it. */
  readonly lateBytes: number;
}

/** Between uploads and purges: all is flushed and quiet then. */
const REST_MS = 500;
/** Readers go on for so long after the answer. */
const AFTER_MS = 300;
const LIMIT_MS = 30_000;

export async function measurePurge(lab: Lab, shape: PurgeShape): Promise<RunReport> {
  const photoFolder = await photosFor(lab.photos, { sets: shape.photos, bytesEach: shape.bytesEach });
  const photos = (await readdir(photoFolder)).sort().map((name) => path.join(photoFolder, name));
  const folder = await lab.freshFolder();
  const links = Array.from({ length: shape.edges + 1 }, () => shape.link);
  const network = await Switch.start(links, folder);
  const fleet = new ShapedFleet(folder);
  try {
    await fleet.startOrigin();
    for (let edge = 0; edge < shape.edges; edge++) fleet.startEdge('honest');
    await fleet.edgesReady();
    const productId = await fleet.createProduct('Purges');
    const purges: Purge[] = [];
    for (let index = 0; index <= shape.purges; index++) {
      const photo = await readFile(photos[index % photos.length] as string);
      const image = await fleet.upload(productId, photo);
      await everywhere(fleet, image, shape.link);
      await pause(REST_MS);
      purges.push(await purgeUnderLoad(fleet, image));
    }
    return reportOf(purges.slice(1), shape.edges, fleet.cpuSeconds());
  } finally {
    await fleet.close();
    await network.stop();
    await lab.removeFolder(folder);
  }
}

async function everywhere(fleet: ShapedFleet, image: Image, link: LinkShape): Promise<void> {
  const wanted = {
    sets: 1,
    bytes: bytesOf([image]),
    downBytesPerSecond: bytesPerSecond(link.downKbit),
    deadlineMs: Date.now() + LIMIT_MS,
  };
  await Promise.all(fleet.edges.map(({ client }) => client.completed(wanted)));
}

async function purgeUnderLoad(fleet: ShapedFleet, image: Image): Promise<Purge> {
  let answeredAtMs = Number.POSITIVE_INFINITY;
  let isOver = false;
  let served = 0;
  let lateBytes = 0;
  const agent = new Agent({ keepAlive: true });
  const [first] = image.renditions;
  const readers = fleet.edges.map(async ({ url }) => {
    while (!isOver) {
      const askedAtMs = performance.now();
      const bytes = await bytesAt(agent, `${url}${first?.url}`);
      if (askedAtMs > answeredAtMs) lateBytes += bytes;
      else if (bytes > 0) served++;
      await pause(2);
    }
  });
  await pause(50);
  const answer = await fleet.purge(image.id);
  answeredAtMs = performance.now();
  await pause(AFTER_MS);
  isOver = true;
  await Promise.all(readers);
  agent.destroy();
  return { answer, served, lateBytes };
}

/** Image bytes of an answer; 0 for a refusal. */
function bytesAt(agent: Agent, url: string): Promise<number> {
  return new Promise((resolve) => {
    let bytes = 0;
    const request = get(url, { agent }, (response) => {
      const isImage = response.statusCode === 200;
      response.on('data', (chunk: Buffer) => {
        if (isImage) bytes += chunk.length;
      });
      response.on('close', () => resolve(bytes));
      response.on('error', () => {});
    });
    request.on('error', () => resolve(bytes));
  });
}

function reportOf(purges: readonly Purge[], edges: number, cpuSeconds: number): RunReport {
  const lastMs = purges.map(({ answer }) =>
    Math.max(...answer.edges.map(({ afterMs }) => afterMs ?? Number.POSITIVE_INFINITY)),
  );
  const all = purges.flatMap(({ answer }) =>
    answer.edges.map(({ afterMs }) => afterMs ?? Number.POSITIVE_INFINITY),
  );
  const missing = purges.filter(
    ({ answer }) => answer.edges.filter((edge) => edge.acknowledged).length < edges,
  );
  const lateBytes = purges.reduce((sum, purge) => sum + purge.lateBytes, 0);
  const faults = [
    ...(missing.length > 0 ? [`${missing.length} purges were not acknowledged by all`] : []),
    ...(lateBytes > 0 ? [`${lateBytes} bytes came after the answer`] : []),
  ];
  return {
    client: 'shoal',
    figures: {
      'all edges, ms': median(lastMs),
      'worst purge, ms': Math.max(...lastMs),
      'one edge, ms': median(all),
      'bytes after it': lateBytes,
      'served before it': purges.reduce((sum, { served }) => sum + served, 0),
      'CPU s': cpuSeconds,
    },
    uploadMs: lastMs.map((ms) => Math.round(ms)),
    edgeSeconds: [],
    faults,
  };
}
