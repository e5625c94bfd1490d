/**
 * Photos whose image sets come to a wanted size: crops of real photos, found by a small search that repeats itself
 * to the byte. How many bytes a set takes is known only when it is rendered, so each photo's ratio of set to one
 * JPEG is learnt on the way.
 */
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { makeLadder } from '../../server/ingest/worker/make-ladder.ts';
import { InternalError } from '../../shared/errors.ts';

export interface WantedSets {
  readonly sets: number;
  readonly bytesEach: number;
}

interface Source {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Bytes of a whole set per byte of one JPEG at {@link PROBE_WIDTH}; undefined: not learnt yet. */
  setPerProbe: number | undefined;
}

interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Of the photo that is made of it. */
  readonly outWidth: number;
  readonly outHeight: number;
  readonly isMirrored: boolean;
}

const TOLERANCE = 0.05;
const PROBE_WIDTH = 640;
const PROBE_QUALITY = 80;
/** Of the crop by which a photo's ratio is learnt first. */
const FIRST_ASPECT = 0.8;
const TRIES = 5;
/** Taller than this is no product photo. */
const MAX_ASPECT = 2.2;
const MIN_ASPECT = 0.3;
/** Multiples of it, modulo 1, lie evenly however many there are. */
const GOLDEN = 0.618_034;

/** Writes `photo-000.jpg` and so on. @param sources paths of large JPEG photos */
export async function makePhotos(
  folder: string,
  sources: readonly string[],
  wanted: WantedSets,
): Promise<void> {
  const opened = await Promise.all(sources.map(open));
  await mkdir(folder, { recursive: true });
  for (let set = 0; set < wanted.sets; set++) {
    const photo = path.join(folder, `photo-${String(set).padStart(3, '0')}.jpg`);
    await makeOne(photo, opened, set, wanted.bytesEach);
  }
}

/** Photos that cannot reach the size (a plain sky) pass the turn to the next one. */
async function makeOne(photo: string, sources: readonly Source[], set: number, bytes: number): Promise<void> {
  for (let turn = 0; turn < sources.length; turn++) {
    const source = sources[(set + turn) % sources.length] as Source;
    if (await tryPhoto(photo, source, set, bytes)) return;
  }
  throw new InternalError(`no photo makes an image set of ${bytes} bytes`);
}

async function tryPhoto(photo: string, source: Source, set: number, bytes: number): Promise<boolean> {
  const outWidth = bytes > 800_000 ? 2048 : bytes > 400_000 ? 1280 : 640;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const crop =
      source.setPerProbe === undefined
        ? cropOf(source, set, outWidth, Math.round(outWidth * FIRST_ASPECT))
        : await cropFor(source, set, outWidth, bytes / source.setPerProbe);
    if (crop === undefined) return false;
    await render(source, crop, outWidth).jpeg({ quality: 92 }).toFile(photo);
    const setBytes = await renderedBytes(photo);
    if (Math.abs(setBytes / bytes - 1) <= TOLERANCE) return true;
    source.setPerProbe = setBytes / (await probe(source, crop));
  }
  return false;
}

/** Bytes rise with the height; undefined when no height that a photo may have comes near. */
async function cropFor(
  source: Source,
  set: number,
  outWidth: number,
  probeBytes: number,
): Promise<Crop | undefined> {
  let outHeight = Math.round(outWidth * FIRST_ASPECT);
  for (let step = 0; step < 4; step++) {
    const crop = cropOf(source, set, outWidth, outHeight);
    const ratio = probeBytes / (await probe(source, crop));
    if (Math.abs(ratio - 1) < TOLERANCE / 3) return crop;
    outHeight = Math.round(crop.outHeight * ratio);
    if (outHeight > outWidth * MAX_ASPECT || outHeight < outWidth * MIN_ASPECT) return undefined;
  }
  return cropOf(source, set, outWidth, outHeight);
}

/** The set's number decides where the crop lies, how close it is and whether it is mirrored. */
function cropOf(source: Source, set: number, outWidth: number, outHeight: number): Crop {
  const place = (set * GOLDEN) % 1;
  const aspect = outHeight / outWidth;
  const widest = Math.min(source.width, source.height / aspect);
  const width = Math.floor(Math.max(Math.min(outWidth, widest), widest * (1 - 0.4 * place)));
  const height = Math.min(source.height, Math.round(width * aspect));
  return {
    left: Math.floor((source.width - width) * ((place * 7) % 1)),
    top: Math.floor((source.height - height) * ((place * 13) % 1)),
    width,
    height,
    outWidth,
    outHeight: Math.round((outWidth * height) / width),
    isMirrored: set % 2 === 1,
  };
}

function render(source: Source, crop: Crop, width: number): Sharp {
  const { left, top, outWidth, outHeight, isMirrored } = crop;
  const height = Math.max(1, Math.round((outHeight * width) / outWidth));
  return sharp(source.file)
    .extract({ left, top, width: crop.width, height: crop.height })
    .resize({ width, height, fit: 'fill' })
    .flop(isMirrored);
}

async function probe(source: Source, crop: Crop): Promise<number> {
  const { data } = await render(source, crop, PROBE_WIDTH)
    .jpeg({ quality: PROBE_QUALITY })
    .toBuffer({ resolveWithObject: true });
  return data.length;
}

/** What the origin will make of it, by the origin's own code. */
async function renderedBytes(photo: string): Promise<number> {
  const folder = await mkdtemp(`${photo}-ladder-`);
  try {
    await makeLadder({ source: photo, type: 'jpeg', folder }, () => {});
    const files = await readdir(folder);
    const sizes = await Promise.all(files.map(async (name) => (await stat(path.join(folder, name))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function open(file: string): Promise<Source> {
  const { width, height } = (await sharp(file).metadata()).autoOrient;
  return { file, width, height, setPerProbe: undefined };
}
