/** Where payload photos come from: a folder of real ones, or, without it, pictures of noise made here. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { type Random, seededRandom } from '../../shared/random.ts';

export interface PhotoSource {
  readonly files: readonly string[];
  /** Names and sizes: other photos make other payloads. */
  readonly key: string;
  readonly isReal: boolean;
}

const NOISE_PHOTOS = 6;
/** Blots across the picture, and how far they are from grey. */
const LAYERS: readonly (readonly [width: number, contrast: number])[] = [
  [8, 127],
  [40, 100],
  [200, 60],
  [1000, 30],
];
const NOISE_WIDTH = 2600;
const NOISE_HEIGHT = 2400;

/** @param madeFolder where noise is put if `folder` has no photos */
export async function findPhotos(folder: string, madeFolder: string): Promise<PhotoSource> {
  const isReal = existsSync(folder) && (await jpegsIn(folder)).length > 0;
  if (!isReal && !existsSync(madeFolder)) await makeNoise(madeFolder);
  const files = await jpegsIn(isReal ? folder : madeFolder);
  const parts = await Promise.all(
    files.map(async (file) => `${path.basename(file)} ${(await stat(file)).size}`),
  );
  return { files, key: parts.join('\n'), isReal };
}

async function jpegsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}

/** Grain on coarse blots of all sizes: as a photo has them, detail falls with its frequency. */
async function makeNoise(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let photo = 0; photo < NOISE_PHOTOS; photo++) {
    const random = seededRandom(photo + 1);
    const layers = await Promise.all(LAYERS.map(([width, contrast]) => blots(random, width, contrast)));
    const [coarsest, ...finer] = layers as [Buffer, ...Buffer[]];
    const raw = { width: NOISE_WIDTH, height: NOISE_HEIGHT, channels: 3 } as const;
    await sharp(coarsest, { raw })
      .composite(finer.map((input) => ({ input, raw, blend: 'soft-light' as const })))
      .jpeg({ quality: 92 })
      .toFile(path.join(folder, `noise-${photo}.jpg`));
  }
}

function blots(random: Random, width: number, contrast: number): Promise<Buffer> {
  const height = Math.ceil((width * NOISE_HEIGHT) / NOISE_WIDTH);
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at++) pixels[at] = 128 - contrast + random.integer(2 * contrast);
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .resize({ width: NOISE_WIDTH, height: NOISE_HEIGHT, fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
}
