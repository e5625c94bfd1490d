import { describe, expect, test } from 'vitest';
import { OriginRenditionSource } from '../../server/rendition-source.ts';
import type { PublishedImage, Rendition } from '../../shared/api-types/catalog.ts';
import { MemoryPieceStore } from '../../shared/node/store/memory-piece-store.ts';
import type { FileRoot } from '../../shared/units.ts';

const rendition = (bytes: number): Rendition => ({
  name: '160.jpg',
  url: '/images/x/160.jpg',
  width: 160,
  height: 100,
  type: 'image/jpeg',
  bytes,
  root: 'ab'.repeat(32) as FileRoot,
});

/** A real store with one file of bytes that tell their place. */
async function rig(lengthBytes: number, isHeld = true) {
  const store = new MemoryPieceStore();
  const file = { root: rendition(0).root, lengthBytes };
  await store.open(file);
  const content = Uint8Array.from({ length: lengthBytes }, (_, at) => at % 251);
  if (isHeld) await store.write(file, 0, content);
  let reads = 0;
  let asked = 0;
  const counted = {
    isComplete: (root: FileRoot) => store.isComplete(root),
    read: (...asked: Parameters<MemoryPieceStore['read']>) => {
      reads++;
      return store.read(...asked);
    },
  };
  const source = new OriginRenditionSource({
    image: () => undefined,
    openFile: async () => {},
    asked: () => void asked++,
    store: counted,
  });
  const one = rendition(lengthBytes);
  const image = { renditions: [one] } as unknown as PublishedImage;
  return { source, image, one, content, reads: () => reads, asked: () => asked };
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

const never = new AbortController().signal;

describe('bytes for the image route', () => {
  test('the first reader gets them from disk, the next from memory; a purge forgets them', async () => {
    const { source, image, one, content, reads, asked } = await rig(40_000);
    const first = await source.open(image, one);
    expect(first.source).toBe('disk');
    expect(first.whole).toEqual(content);
    const second = source.open(image, one);
    expect(second).not.toBeInstanceOf(Promise);
    expect((await second).source).toBe('memory');
    expect(asked()).toBe(2);
    expect(await collect((await second).read(10, 20_000, never))).toEqual(content.subarray(10, 20_000));
    expect(reads()).toBe(1);
    source.forget(image);
    expect((await source.open(image, one)).source).toBe('disk');
    expect(reads()).toBe(2);
  });

  test('threat row 49: many readers of a cold file make one read of it', async () => {
    const { source, image, one, reads } = await rig(40_000);
    await Promise.all(Array.from({ length: 100 }, () => source.open(image, one)));
    expect(reads()).toBe(1);
  });

  test('a large file is streamed, ranges too, and stops when the reader leaves', async () => {
    const { source, image, one, content } = await rig(5_000_000);
    const body = await source.open(image, one);
    expect(body.whole).toBeUndefined();
    expect(Buffer.compare(await collect(body.read(0, 5_000_000, never)), content)).toBe(0);
    expect(await collect(body.read(262_143, 262_146, never))).toEqual(content.subarray(262_143, 262_146));
    const gone = new AbortController();
    gone.abort();
    await expect(collect(body.read(0, 10, gone.signal))).rejects.toThrow();
  });

  test('a file that the origin lost is image_unavailable, 503', async () => {
    const { source, image, one } = await rig(40_000, false);
    await expect(Promise.resolve(source.open(image, one))).rejects.toMatchObject({
      code: 'image_unavailable',
      status: 503,
    });
  });
});
