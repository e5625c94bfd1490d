/** A node with a few images of real bytes in memory: hot, given in blocks, late, broken or endless as a test asks. */
import { createHash } from 'node:crypto';
import type { PublishedImage, Rendition, RenditionType } from '../../../../shared/api-types/catalog.ts';
import { UserError } from '../../../../shared/errors.ts';
import type {
  ByteSource,
  RenditionBody,
  RenditionSource,
} from '../../../../shared/node/http/rendition-source.ts';
import { seededRandom } from '../../../../shared/random.ts';
import { type FileRoot, type InfoHash, type InfoHashV2, parseImageId } from '../../../../shared/units.ts';

export const IMAGE_ID = parseImageId('0123456789abcdef01234567')!;
export const BLOCK_BYTES = 16_384;

const EXTENSIONS: readonly (readonly [string, RenditionType])[] = [
  ['avif', 'image/avif'],
  ['webp', 'image/webp'],
  ['jpg', 'image/jpeg'],
];

export interface MemorySource extends RenditionSource {
  readonly published: PublishedImage;
  readonly bytes: ReadonlyMap<string, Uint8Array>;
  rendition(name: string): Rendition;
  /** How bodies are given from now on. */
  mode: 'hot' | ByteSource | 'late-open';
  /** Blocks given by one read before it does `afterBlocks`. */
  blocksBeforeFault: number;
  fault: 'none' | 'unavailable' | 'crash' | 'short' | 'long' | 'stall';
  readonly reads: { startBytes: number; endBytes: number; ended: boolean; aborted: boolean }[];
}

/** Deterministic bytes that compress badly, as an image's do. */
export function imageBytes(seed: number, lengthBytes: number): Uint8Array {
  const random = seededRandom(seed);
  const bytes = new Uint8Array(lengthBytes);
  for (let i = 0; i < lengthBytes; i++) bytes[i] = random.integer(256);
  return bytes;
}

/** `sizes`: bytes of the JPEG of each rung; WebP has three quarters, AVIF a half of it. */
export function memorySource(
  sizes: Readonly<Record<number, number>> = { 320: 9_000, 640: 60_000, 1280: 300_000 },
): MemorySource {
  const bytes = new Map<string, Uint8Array>();
  const renditions: Rendition[] = [];
  for (const [rung, jpegBytes] of Object.entries(sizes))
    EXTENSIONS.forEach(([extension, type], i) => {
      const name = `${rung}.${extension}`;
      const content = imageBytes(Number(rung) + i, Math.round(jpegBytes * (0.5 + 0.25 * i)));
      bytes.set(name, content);
      const width = Number(rung);
      const root = createHash('sha256').update(content).digest('hex') as FileRoot;
      const url = `/images/${IMAGE_ID}/${name}`;
      renditions.push({ name, url, width, height: (width * 2) / 3, type, bytes: content.length, root });
    });
  const published: PublishedImage = {
    id: IMAGE_ID,
    width: 3000,
    height: 2000,
    placeholder: '',
    infoHash: 'a'.repeat(40) as InfoHash,
    infoHashV2: 'b'.repeat(64) as InfoHashV2,
    renditions,
  };
  const source: MemorySource = {
    published,
    bytes,
    rendition: (name) => renditions.find((rendition) => rendition.name === name)!,
    mode: 'hot',
    fault: 'none',
    blocksBeforeFault: 0,
    reads: [],
    image: (id) => (id === IMAGE_ID ? published : undefined),
    open: (_image, rendition) => {
      const body = bodyOf(source, bytes.get(rendition.name)!);
      return source.mode === 'late-open' ? Promise.resolve(body) : body;
    },
  };
  return source;
}

function bodyOf(source: MemorySource, content: Uint8Array): RenditionBody {
  if (source.mode === 'hot')
    return { source: 'memory', whole: content, read: () => blocks(source, content, 0, 0) };
  return {
    source: source.mode === 'late-open' ? 'disk' : source.mode,
    whole: undefined,
    read: (startBytes, endBytes, signal) => blocks(source, content, startBytes, endBytes, signal),
  };
}

async function* blocks(
  source: MemorySource,
  content: Uint8Array,
  startBytes: number,
  endBytes: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const read = { startBytes, endBytes, ended: false, aborted: false };
  source.reads.push(read);
  try {
    let given = 0;
    for (let at = startBytes; at < endBytes; given++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (source.fault !== 'none' && given >= source.blocksBeforeFault) {
        if (source.fault === 'unavailable')
          throw new UserError('image_unavailable', 503, 'No source has the bytes at the moment.');
        if (source.fault === 'crash') throw new Error('the disk has gone');
        if (source.fault === 'short') return;
        if (source.fault === 'long') yield new Uint8Array(endBytes - startBytes + 1);
        if (source.fault === 'stall')
          await new Promise((_, reject) =>
            signal?.addEventListener('abort', () => reject(signal.reason), { once: true }),
          );
      }
      signal?.throwIfAborted();
      const end = Math.min(endBytes, (Math.floor(at / BLOCK_BYTES) + 1) * BLOCK_BYTES);
      yield content.subarray(at, end);
      at = end;
    }
  } finally {
    read.ended = true;
    read.aborted = signal?.aborted ?? false;
  }
}
