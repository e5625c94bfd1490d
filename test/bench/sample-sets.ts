/**
 * What an image takes, by the sample photos: bytes of all its renditions, and of its entry in the log. docs/COST.md reckons
 * with both, and its commands' defaults are these figures.
 */
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { storeUpload } from '../../server/ingest/store-upload.ts';
import { LOG_ENTRY_BYTES, SAMPLE_SET_KIB } from '../sim/sample-set.ts';
import { PROJECT } from '../support/fleet.ts';
import type { Row } from './row.ts';
import { withIngest } from './with-ingest.ts';

const PHOTOS = join(PROJECT, 'server/demo/photos');
/** Encoders differ a little from build to build. */
const TOLERANCE = 0.02;
const ALL = 1_000;

interface Measured {
  readonly photos: number;
  readonly renditions: number;
  readonly bytes: number;
  /** Of an image's entry as an edge keeps it: one line of JSON. */
  readonly meanEntryBytes: number;
}

export async function sampleSetRows(): Promise<readonly Row[]> {
  const { photos, renditions, bytes, meanEntryBytes } = await measure();
  const kib = bytes / photos / 1_024;
  return [
    {
      what: `${photos} sample photos published: their ${renditions} renditions`,
      measured: `${bytes.toLocaleString('en')} bytes, ${kib.toFixed(0)} KiB an image`,
      ...asReckoned(kib, SAMPLE_SET_KIB, 'KiB'),
    },
    {
      what: 'one image in the log, as an edge keeps it (mean)',
      measured: `${meanEntryBytes.toFixed(0)} bytes`,
      ...asReckoned(meanEntryBytes, LOG_ENTRY_BYTES, 'bytes'),
    },
  ];
}

const asReckoned = (value: number, reckoned: number, unit: string): Pick<Row, 'mark' | 'isMet'> => ({
  mark: `${reckoned.toLocaleString('en')} ${unit}, as docs/COST.md reckons`,
  isMet: Math.abs(value / reckoned - 1) <= TOLERANCE,
});

function measure(): Promise<Measured> {
  return withIngest(async ({ catalog, ingest }) => {
    const names = readdirSync(PHOTOS).filter((name) => name.endsWith('.jpg'));
    const product = await catalog.createProduct({
      title: 'Sample',
      description: '',
      priceCents: 1,
      currency: 'EUR',
    });
    const before = catalog.head().number;
    const sizes: number[] = [];
    for (const name of names) {
      const upload = await storeUpload(ingest.uploadsFolder, createReadStream(join(PHOTOS, name)));
      const { image } = await ingest.admit(product.id).publish({ ...upload, alt: '' });
      sizes.push(...image.renditions.map(({ bytes }) => bytes));
    }
    const entries = await catalog.entriesAfter(before, ALL);
    const lines = entries.map(({ body, signature }) => `${JSON.stringify({ body, signature })}\n`);
    return {
      photos: names.length,
      renditions: sizes.length,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      meanEntryBytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / lines.length,
    };
  });
}
