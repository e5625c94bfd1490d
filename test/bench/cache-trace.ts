/**
 * An hour of a shop's traffic, seeded, in virtual time: popularity by Zipf's law that drifts, new products, flash
 * items. Sizes are those of a ladder of five widths.
 */
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import { type Random, seededRandom, shuffle } from '../../shared/random.ts';
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../../shared/units.ts';

export interface CacheRequest {
  readonly image: PublishedImage;
  readonly rendition: Rendition;
}

export interface CacheTrace {
  readonly requests: readonly CacheRequest[];
  /** All renditions of all images together. */
  readonly catalogBytes: number;
}

const SECONDS = 3_600;
const REQUESTS_PER_SECOND = 100;
const IMAGES = 4_000;
/** Web traffic is at 0.6 to 1 (Breslau 1999; Atikoglu 2012). */
const ZIPF_EXPONENT = 0.9;
/** Width, usual bytes of it, and its part of the requests. */
const LADDER = [
  [160, 5_000, 0.3],
  [320, 15_000, 0.3],
  [640, 45_000, 0.25],
  [1280, 130_000, 0.12],
  [2048, 260_000, 0.03],
] as const;
const DRIFT_EVERY_SECONDS = 10;
/** Pairs of neighbours-to-be that change places each time. */
const DRIFT_SWAPS = 40;
const NEW_PRODUCT_EVERY_SECONDS = 6;
const FLASH_EVERY_SECONDS = 600;
const FLASH_SECONDS = 180;
const FLASH_PART = 0.3;

export function cacheTrace(seed: number): CacheTrace {
  const random = seededRandom(seed);
  const images = shuffle(
    Array.from({ length: IMAGES }, (_, index) => image(index, random)),
    random,
  );
  const places = zipf(IMAGES);
  let made = IMAGES;
  let catalogBytes = images.reduce((sum, { renditions }) => sum + bytesOf(renditions), 0);
  const requests: CacheRequest[] = [];
  let flash: PublishedImage | undefined;
  for (let second = 0; second < SECONDS; second++) {
    if (second % DRIFT_EVERY_SECONDS === 0) drift(images, random);
    if (second % NEW_PRODUCT_EVERY_SECONDS === 0) {
      const arrived = image(made++, random);
      catalogBytes += bytesOf(arrived.renditions);
      // In the place of one that nobody looks at any more; it starts somewhere in the upper half.
      images.pop();
      images.splice(random.integer(IMAGES / 2), 0, arrived);
    }
    if (second % FLASH_EVERY_SECONDS === 0) flash = images[random.integer(IMAGES)];
    if (second % FLASH_EVERY_SECONDS === FLASH_SECONDS) flash = undefined;
    for (let each = 0; each < REQUESTS_PER_SECOND; each++) {
      const isFlash = flash !== undefined && random.fraction() < FLASH_PART;
      const asked = isFlash ? flash : images[draw(places, random)];
      requests.push(request(asked as PublishedImage, random));
    }
  }
  return { requests, catalogBytes };
}

function image(index: number, random: Random): PublishedImage {
  const hash = index.toString(16).padStart(40, '0');
  // Some photos are all sky, some all leaves: a factor of 0.3 to 3.
  const factor = 0.3 * 10 ** random.fraction();
  const renditions = LADDER.map(
    ([width, usual], rung): Rendition => ({
      name: `${width}.avif`,
      url: '',
      width,
      height: width,
      type: 'image/avif',
      bytes: Math.round(usual * factor),
      root: `${hash}${rung}`.padStart(64, '0') as FileRoot,
    }),
  );
  return {
    id: hash.slice(16) as ImageId,
    width: 2048,
    height: 2048,
    placeholder: '',
    infoHash: hash as InfoHash,
    infoHashV2: hash.padStart(64, '0') as InfoHashV2,
    renditions,
  };
}

const bytesOf = (renditions: readonly Rendition[]): number =>
  renditions.reduce((sum, { bytes }) => sum + bytes, 0);

function request(asked: PublishedImage, random: Random): CacheRequest {
  let left = random.fraction();
  const rung = LADDER.findIndex(([, , part]) => {
    left -= part;
    return left < 0;
  });
  return { image: asked, rendition: asked.renditions[Math.max(0, rung)] as Rendition };
}

/** Cumulated shares of the places. */
function zipf(count: number): Float64Array {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let place = 0; place < count; place++) {
    sum += (place + 1) ** -ZIPF_EXPONENT;
    sums[place] = sum;
  }
  return sums.map((each) => each / sum);
}

function draw(sums: Float64Array, random: Random): number {
  const at = random.fraction();
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function drift(images: PublishedImage[], random: Random): void {
  for (let swap = 0; swap < DRIFT_SWAPS; swap++) {
    const a = random.integer(images.length);
    const b = random.integer(images.length);
    const moved = images[a] as PublishedImage;
    images[a] = images[b] as PublishedImage;
    images[b] = moved;
  }
}
