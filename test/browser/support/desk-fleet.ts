/** A fleet of two edges and a browser, for the tests of one file. */
import path from 'node:path';
import { PHOTOS } from './desk-page.ts';
import { type BrowserFleet, narrowPhoto, useFleet } from './use-fleet.ts';

/** For one test: a photo is up to fifteen encodes, and the machine may be busy. */
export const PATIENCE_MS = 120_000;
/** Of photos that are there already: two rungs of the ladder. */
const WIDTH_PX = 400;
/** The tests name them. */
const EDGE_NAMES = ['alba', 'boca'];

export interface DeskFleet extends BrowserFleet {
  /** @param count photos it has. @returns its id */
  product(title: string, count: number): Promise<string>;
}

export function deskFleet(): DeskFleet {
  const used = useFleet(EDGE_NAMES);
  const product = async (title: string, count: number) => {
    const id = await used.fleet.createProduct(title);
    for (const photo of PHOTOS.slice(0, count))
      await used.fleet.upload(id, await narrowPhoto(path.basename(photo), WIDTH_PX));
    return id;
  };
  return Object.assign(used, { product });
}
