/**
 * ThumbHash placeholders. The mean colour costs nothing and is there at once; the blurred picture is made once per
 * hash, in idle time, a few at a time, so that a long page never blocks.
 */
import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash';

/** ThumbHash's own bounds: 5 bytes of header, and at most 25 in all for opaque images (a little more with alpha). */
const HASH_BYTES_MIN = 5;
const HASH_BYTES_MAX = 64;
const SLICE_MS = 4;
const IDLE_WITHIN_MS = 300;

const pictures = new Map<string, string>();
const queue: { hash: string; done: (dataUrl: string) => void }[] = [];
let scheduled = false;

export function placeholderColour(hash: string): string | undefined {
  const bytes = hashBytes(hash);
  if (bytes === undefined) return undefined;
  const { r, g, b } = thumbHashToAverageRGBA(bytes);
  const channel = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 255);
  return `rgb(${channel(r)} ${channel(g)} ${channel(b)})`;
}

/** The picture as a data URL when it was made before. */
export function placeholderPicture(hash: string): string | undefined {
  return pictures.get(hash);
}

export function makePlaceholderPicture(hash: string, done: (dataUrl: string) => void): () => void {
  const job = { hash, done };
  queue.push(job);
  schedule();
  return () => {
    const index = queue.indexOf(job);
    if (index >= 0) queue.splice(index, 1);
  };
}

function schedule(): void {
  if (scheduled || queue.length === 0) return;
  scheduled = true;
  whenIdle(() => {
    scheduled = false;
    workOneSlice();
    schedule();
  });
}

/** A photo that comes while the page is still busy with its start needs no drawing at all. */
function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: IDLE_WITHIN_MS });
  else setTimeout(work, IDLE_WITHIN_MS);
}

function workOneSlice(): void {
  const endMs = performance.now() + SLICE_MS;
  while (performance.now() < endMs) {
    const job = queue.shift();
    if (job === undefined) return;
    const dataUrl = pictures.get(job.hash) ?? draw(job.hash);
    if (dataUrl === undefined) continue;
    pictures.set(job.hash, dataUrl);
    job.done(dataUrl);
  }
}

function draw(hash: string): string | undefined {
  const bytes = hashBytes(hash);
  return bytes === undefined ? undefined : thumbHashToDataURL(bytes);
}

function hashBytes(hash: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0));
    return bytes.length < HASH_BYTES_MIN || bytes.length > HASH_BYTES_MAX ? undefined : bytes;
  } catch {
    return undefined;
  }
}
