/**
 * Seconds from a 12 MP photo on disk to its published ladder of fifteen renditions, through the real ingest: worker
 * process, store, catalog. The mark is 8 s on two cores. Each photo differs, so that none is answered from before.
 */

import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { storeUpload } from '../../server/ingest/store-upload.ts';
import { InternalError } from '../../shared/errors.ts';
import { withIngest } from './with-ingest.ts';

export interface IngestBenchOptions {
  /** Default: the 15.9 MP photo of the tests, resized to 12 MP. Another photo is taken as it is. */
  readonly photoPath?: string;
  /** Photos one after the other, after one to warm up. Default 5. */
  readonly photos?: number;
}

export interface IngestBenchResult {
  readonly megapixels: number;
  readonly cores: number;
  /** One photo alone: median and worst. */
  readonly medianSeconds: number;
  readonly worstSeconds: number;
  /** All photos sent at once. */
  readonly photosPerSecond: number;
  readonly ladderBytes: number;
}

/** 4,620 x 2,599 in the shape of the shipped photo. */
const WIDTH_OF_12_MP = 4_620;

/** The photo lies with the sources; compiled, this file stands one folder deeper. */
function shippedPhoto(): string {
  const name = 'support/photos/seeding_by_Clements_Engelhardt.jpg';
  const candidates = [`../${name}`, `../../../test/${name}`].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new InternalError(`no photo at ${candidates.join(' or ')}`);
  return found;
}

export async function runIngestBench(options: IngestBenchOptions = {}): Promise<IngestBenchResult> {
  const { photoPath, photos = 5 } = options;
  const source = sharp(photoPath ?? shippedPhoto());
  const base = await (photoPath ? source : source.resize(WIDTH_OF_12_MP)).jpeg({ quality: 92 }).toBuffer();
  const { width, height } = await sharp(base).metadata();
  return withIngest(async ({ catalog, ingest }) => {
    const product = await catalog.createProduct({
      title: 'Bench',
      description: '',
      priceCents: 1,
      currency: 'EUR',
    });
    let ladderBytes = 0;
    let serial = 0;
    const publish = async (): Promise<number> => {
      // A comment behind the end of the picture makes other bytes, and so another image, of the same work.
      const bytes = Buffer.concat([base, Buffer.from(`photo ${serial++}`)]);
      const startMs = performance.now();
      const photo = await storeUpload(ingest.uploadsFolder, Readable.from([bytes]));
      const { image } = await ingest.admit(product.id).publish({ ...photo, alt: '' });
      ladderBytes = image.renditions.reduce((sum, rendition) => sum + rendition.bytes, 0);
      return (performance.now() - startMs) / 1_000;
    };
    await publish();
    const seconds: number[] = [];
    for (let i = 0; i < photos; i++) seconds.push(await publish());
    seconds.sort((a, b) => a - b);
    const startMs = performance.now();
    await Promise.all(Array.from({ length: photos }, publish));
    const togetherSeconds = (performance.now() - startMs) / 1_000;
    return {
      megapixels: (width * height) / 1e6,
      cores: cpus().length,
      medianSeconds: seconds[Math.floor(seconds.length / 2)] as number,
      worstSeconds: seconds[seconds.length - 1] as number,
      photosPerSecond: photos / togetherSeconds,
      ladderBytes,
    };
  });
}
