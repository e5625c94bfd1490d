/**
 * Who asks for what, when: drawn from a seed before anything runs, so that each mode gets the same requests at the
 * same moments (an open loop: a slow server does not slow its shoppers down). Pure.
 */
import type { RenditionType } from '../../../shared/api-types/catalog.ts';
import { type Random, seededRandom, shuffle } from '../../../shared/random.ts';
import { renditionFor, type Shop } from './shop.ts';
import { zipf } from './zipf.ts';

export interface PlannedRequest {
  /** Place in the plan: the same in all modes. */
  readonly number: number;
  /** Since the start. */
  readonly dueMs: number;
  readonly visitor: number;
  /** The edge that is near the visitor, 0 and up. */
  readonly edge: number;
  /** Place in the shop's list. */
  readonly image: number;
  /** Place in the image's list. */
  readonly rendition: number;
}

export interface TrafficShape {
  readonly seed: number;
  readonly edges: number;
  /** New visitors a second, to all edges together. */
  readonly visitorsPerSecond: number;
  /** Visitors come this long; pages that they open later are still asked for. */
  readonly arrivalsMs: number;
  /** Products that the sale is about, the first of the shop; 0: there is none. */
  readonly saleProducts: number;
}

interface Device {
  readonly share: number;
  readonly type: RenditionType;
  readonly thumbnailWidth: number;
  readonly largeWidth: number;
}

/** Shares of browsers that take AVIF: caniuse.com, 2025, about nine of ten. */
const DEVICES: readonly [Device, ...Device[]] = [
  { share: 0.4, type: 'image/avif', thumbnailWidth: 640, largeWidth: 1280 },
  { share: 0.5, type: 'image/avif', thumbnailWidth: 320, largeWidth: 1280 },
  { share: 0.1, type: 'image/webp', thumbnailWidth: 320, largeWidth: 640 },
];
const ZIPF_EXPONENT = 0.9;
const LEAST_IMAGES = 6;
const MOST_IMAGES = 30;
/** Of page views; the others list products. */
const PRODUCT_PAGES = 0.5;
/** On a product page: its gallery comes first. */
const LARGE_IMAGES = 3;
const MOST_PAGES = 3;
const LEAST_THINK_MS = 1_500;
const MOST_THINK_MS = 5_000;
/** Near enough that a machine that is slow for a while is so for all, and not at the same moment. */
const APART_MS = 700;

/** In the order of time. */
export function makePlan(shop: Shop, shape: TrafficShape): readonly PlannedRequest[] {
  const random = seededRandom(shape.seed);
  const draw = {
    shop,
    shape,
    random,
    popular: zipf(shop.products, ZIPF_EXPONENT),
    ranks: ranksOf(shop, random),
  };
  const requests: Drawn[] = [];
  const meanGapMs = 1000 / shape.visitorsPerSecond;
  let visitor = 0;
  for (let atMs = gapMs(random, meanGapMs); atMs < shape.arrivalsMs; atMs += gapMs(random, meanGapMs))
    requests.push(...visit(draw, visitor++, atMs));
  return requests.sort((a, b) => a.dueMs - b.dueMs).map((request, number) => ({ ...request, number }));
}

/** The plan for one of several fleets that run at once: each visitor comes to all, one after the other, in turning order. */
export function apart(
  plan: readonly PlannedRequest[],
  place: number,
  fleets: number,
): readonly PlannedRequest[] {
  return plan
    .map((request) => ({
      ...request,
      dueMs: request.dueMs + ((request.visitor + place) % fleets) * APART_MS,
    }))
    .sort((a, b) => a.dueMs - b.dueMs);
}

type Drawn = Omit<PlannedRequest, 'number'>;

interface Draw {
  readonly shop: Shop;
  readonly shape: TrafficShape;
  readonly random: Random;
  readonly popular: (random: Random) => number;
  /** Products by popularity. */
  readonly ranks: readonly number[];
}

function ranksOf({ products }: Shop, random: Random): readonly number[] {
  return shuffle(
    Array.from({ length: products }, (_, product) => product),
    random,
  );
}

/** Between arrivals that know nothing of each other (a Poisson process). */
const gapMs = (random: Random, meanMs: number): number => -Math.log(1 - random.fraction()) * meanMs;

function visit(draw: Draw, visitor: number, arrivalMs: number): Drawn[] {
  const { shape, shop, random } = draw;
  const edge = random.integer(shape.edges);
  const device = deviceOf(random);
  const requests: Drawn[] = [];
  // What a browser has, it does not ask for again.
  const has = new Set<string>();
  let dueMs = arrivalMs;
  for (let page = 1 + random.integer(MOST_PAGES); page > 0; page--) {
    const images = imagesOfPage(draw);
    const isProductPage = random.fraction() < PRODUCT_PAGES;
    images.forEach((image, place) => {
      const width = isProductPage && place < LARGE_IMAGES ? device.largeWidth : device.thumbnailWidth;
      const rendition = renditionFor(shop.images[image]!, device.type, width);
      const name = `${image}/${rendition}`;
      if (rendition < 0 || has.has(name)) return;
      has.add(name);
      requests.push({ dueMs, visitor, edge, image, rendition });
    });
    dueMs += LEAST_THINK_MS + random.fraction() * (MOST_THINK_MS - LEAST_THINK_MS);
  }
  return requests;
}

function deviceOf(random: Random): Device {
  let left = random.fraction();
  for (const device of DEVICES) {
    left -= device.share;
    if (left < 0) return device;
  }
  return DEVICES[0];
}

/** 6 to 30 images, as far as the shop has them: whole products, the most popular first and often. */
function imagesOfPage({ shop, shape, random, popular, ranks }: Draw): number[] {
  const wanted = LEAST_IMAGES + random.integer(MOST_IMAGES - LEAST_IMAGES + 1);
  const products = shape.saleProducts > 0 ? Math.min(shape.saleProducts, shop.products) : shop.products;
  const product = () =>
    shape.saleProducts > 0 ? random.integer(products) : (ranks[popular(random)] as number);
  const chosen = new Set<number>();
  const images: number[] = [];
  while (images.length < wanted && chosen.size < products) {
    const next = product();
    if (chosen.has(next)) continue;
    chosen.add(next);
    shop.images.forEach((image, place) => {
      if (image.product === next && images.length < wanted) images.push(place);
    });
  }
  return images;
}
