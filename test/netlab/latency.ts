/**
 * How long a new image set takes to be on every edge of a fleet that runs and is linked: from the feed's entry
 * leaving the origin, which the switch sees, until the last edge has the set verified, which a dense look at each
 * edge's status sees over the unshaped network.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { median } from '../bench/median.ts';
import type { Lab } from './lab.ts';
import { boundSeconds, bytesPerSecond, type RunReport } from './metrics.ts';
import { bytesOf, photosFor } from './published.ts';
import { ShapedFleet } from './shaped-fleet.ts';
import { pause } from './status-client.ts';
import { type LinkShape, RTT_MS, type SentFrame, Switch } from './switch.ts';

export interface LatencyShape {
  readonly bytesEach: number;
  readonly edges: number;
  readonly link: LinkShape;
  /** That count; {@link WARM_UPS} more go before them. */
  readonly uploads: number;
}

interface Upload {
  /** Answer to the upload, Unix ms. */
  readonly answeredAtMs: number;
  readonly lastAtMs: number;
  readonly bytes: number;
}

/** They make the links, and let the code warm up. */
const WARM_UPS = 2;
/** Between uploads: all is flushed and quiet then. */
const REST_MS = 1_500;
const LIMIT_MS = 30_000;
/** The entry leaves when the transaction has ended, as the upload's answer does. */
const ENTRY_NEAR_ANSWER_MS = 30;

export async function measureLatency(lab: Lab, shape: LatencyShape): Promise<RunReport> {
  const sets = WARM_UPS + shape.uploads;
  const photoFolder = await photosFor(lab.photos, { sets, bytesEach: shape.bytesEach });
  const photos = (await readdir(photoFolder)).sort().map((name) => path.join(photoFolder, name));
  const folder = await lab.freshFolder();
  const links = Array.from({ length: shape.edges + 1 }, () => shape.link);
  const network = await Switch.start(links, folder);
  const fleet = new ShapedFleet(folder);
  let isStopped = false;
  try {
    await fleet.startOrigin();
    for (let edge = 0; edge < shape.edges; edge++) fleet.startEdge('honest');
    await fleet.edgesReady();
    const uploads = await uploadAll(fleet, photos, shape.link);
    const cpuSeconds = fleet.cpuSeconds();
    await network.stop();
    isStopped = true;
    return reportOf(uploads.slice(WARM_UPS), network.sentBySeed(), links, cpuSeconds);
  } finally {
    await fleet.close();
    if (!isStopped) await network.stop();
    await lab.removeFolder(folder);
  }
}

async function uploadAll(fleet: ShapedFleet, photos: readonly string[], link: LinkShape): Promise<Upload[]> {
  const productId = await fleet.createProduct('Latency');
  const uploads: Upload[] = [];
  let totalBytes = 0;
  for (const [index, photo] of photos.entries()) {
    await pause(REST_MS);
    const image = await fleet.upload(productId, await readFile(photo));
    const answeredAtMs = Date.now();
    const bytes = bytesOf([image]);
    totalBytes += bytes;
    const wanted = {
      sets: index + 1,
      bytes: totalBytes,
      downBytesPerSecond: bytesPerSecond(link.downKbit),
      deadlineMs: answeredAtMs + LIMIT_MS,
    };
    const doneAtMs = await Promise.all(fleet.edges.map(({ client }) => client.completed(wanted)));
    const lastAtMs = Math.max(...doneAtMs.map((at) => at ?? Number.POSITIVE_INFINITY));
    uploads.push({ answeredAtMs, lastAtMs, bytes });
  }
  return uploads;
}

function reportOf(
  uploads: readonly Upload[],
  sent: readonly SentFrame[],
  links: readonly LinkShape[],
  cpuSeconds: number,
): RunReport {
  const rows = uploads.map(({ answeredAtMs, lastAtMs, bytes }) => {
    const near = sent.filter(({ atMs }) => Math.abs(atMs - answeredAtMs) <= ENTRY_NEAR_ANSWER_MS);
    const entryAtMs = near[0]?.atMs ?? answeredAtMs;
    const boundMs = boundSeconds({ totalBytes: bytes, links }) * 1000;
    const lastMs = lastAtMs - entryAtMs;
    const overRtts = (lastMs - boundMs) / RTT_MS;
    return { lastMs, boundMs, overRtts, answerMs: answeredAtMs - entryAtMs };
  });
  const middle = (name: keyof (typeof rows)[number]) => median(rows.map((row) => row[name]));
  const unfinished = rows.filter(({ lastMs }) => !Number.isFinite(lastMs)).length;
  return {
    client: 'shoal',
    figures: {
      'over bound, RTTs': middle('overRtts'),
      'worst over bound, RTTs': Math.max(...rows.map(({ overRtts }) => overRtts)),
      'last ms': middle('lastMs'),
      'bound ms': middle('boundMs'),
      'entry before upload answered, ms': middle('answerMs'),
      'CPU s': cpuSeconds,
    },
    uploadMs: rows.map(({ lastMs }) => Math.round(lastMs)),
    edgeSeconds: [],
    faults: unfinished > 0 ? [`${unfinished} uploads not everywhere in time`] : [],
  };
}
