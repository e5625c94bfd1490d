/** More product photos than there are photos: crops, mirrored and tinted by a seed. */
import path from 'node:path';
import sharp from 'sharp';
import { type Random, seededRandom } from '../../../shared/random.ts';

export interface VariationsWanted {
  readonly photos: number;
  readonly seed: number;
}

/** A crop keeps at least so much of each side. */
const LEAST_SHARE = 0.75;
/** Sides above it cost time to encode, and shoppers of these runs ask for nothing larger. */
const MAX_SIDE_PIXELS = 1280;
const AT_ONCE = 2;

/** Writes `photo-000.jpg` and so on. The same seed and photos make the same pixels. @throws AbortError when ended early */
export async function makeVariations(
  folder: string,
  sources: readonly string[],
  { photos, seed }: VariationsWanted,
  signal: AbortSignal,
): Promise<void> {
  const numbers = Array.from({ length: photos }, (_, number) => number);
  const make = async (): Promise<void> => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
      signal.throwIfAborted();
      const photo = sources[number % sources.length] as string;
      const target = path.join(folder, `photo-${String(number).padStart(3, '0')}.jpg`);
      await vary(photo, target, seededRandom(seed * 1_000_003 + number));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, make));
}

async function vary(photo: string, target: string, random: Random): Promise<void> {
  const { autoOrient } = await sharp(photo).metadata();
  const share = LEAST_SHARE + random.fraction() * (1 - LEAST_SHARE);
  const width = Math.round(autoOrient.width * share);
  const height = Math.round(autoOrient.height * share);
  const left = random.integer(autoOrient.width - width + 1);
  const top = random.integer(autoOrient.height - height + 1);
  const isMirrored = random.fraction() < 0.5;
  const hue = random.integer(360);
  const pixels = sharp(photo).autoOrient().extract({ left, top, width, height });
  await (isMirrored ? pixels.flop() : pixels)
    .resize({ width: MAX_SIDE_PIXELS, height: MAX_SIDE_PIXELS, fit: 'inside', withoutEnlargement: true })
    .modulate({ hue })
    .jpeg({ quality: 90 })
    .toFile(target);
}
