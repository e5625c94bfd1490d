/** Origin, edges and a browser for the tests of a file: filled before them, gone after them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll } from 'vitest';
import { everyEdgeHas, Fleet, PROJECT, type RunningNode } from '../../support/fleet.ts';
import { useBrowser } from './use-browser.ts';

const PHOTOS = path.join(PROJECT, 'server/demo/photos');
/** A dozen processes boot, and the machine may be busy. */
const SETUP_LIMIT_MS = 180_000;

export interface BrowserFleet {
  readonly fleet: Fleet;
  /** In the order of their names. */
  readonly edges: readonly RunningNode[];
  readonly browser: Browser;
}

/**
 * To be called where tests are described.
 * @param fill makes products and uploads photos; answers how many images each edge has then
 */
export function useFleet(
  edgeNames: readonly string[],
  fill: (fleet: Fleet) => Promise<number> = async () => 0,
): BrowserFleet {
  const fleet = new Fleet();
  const browser = useBrowser();
  let edges: readonly RunningNode[] = [];
  beforeAll(async () => {
    await fleet.startOrigin();
    edges = await Promise.all(edgeNames.map((name) => fleet.startEdge({ name })));
    await everyEdgeHas(edges, await fill(fleet));
  }, SETUP_LIMIT_MS);
  afterAll(() => fleet.close());
  return {
    fleet,
    get edges() {
      return edges;
    },
    get browser() {
      return browser();
    },
  };
}

/** One of the sample shop's photos. */
export const samplePhoto = async (file: string) => new Uint8Array(await readFile(path.join(PHOTOS, file)));

/** As narrow as that: the ladder is a few rungs, where the whole of it is not what is looked at. */
export const narrowPhoto = async (file: string, widthPx: number) =>
  new Uint8Array(await sharp(path.join(PHOTOS, file)).resize(widthPx).jpeg().toBuffer());
