import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterEach, describe, expect, test } from 'vitest';
import type { ProductList } from '../../shared/api-types/catalog.ts';
import type { NodeStatus } from '../../shared/api-types/status.ts';
import { parseMetainfo } from '../../shared/metainfo/parse.ts';
import { randomPeerId } from '../../shared/node/crypto/identity.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import { MemoryPieceStore } from '../../shared/node/store/memory-piece-store.ts';
import { createSwarmNode } from '../../shared/node/swarm-node.ts';
import { startOriginFixture } from './support/origin-fixture.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const temporary = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-swarm-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

describe('the origin seeds what it published', () => {
  test('a node that knows only the .torrent finds it by the tracker, also after a restart', async () => {
    const dataFolder = await temporary();
    const first = await startOriginFixture({ dataFolder });
    const image = await first.upload(42);
    await first.close();
    const origin = await startOriginFixture({ dataFolder });
    cleanups.push(() => origin.close());

    const answer = await fetch(`${origin.url}/torrents/${image.infoHash}.torrent`);
    const metainfo = parseMetainfo(new Uint8Array(await answer.arrayBuffer()), nodeHashes);
    const rates = { upRateBytesPerSecond: Infinity, downRateBytesPerSecond: Infinity };
    const node = await createSwarmNode(
      {
        peerId: randomPeerId(),
        host: '127.0.0.1',
        peerPort: 0,
        localAddress: undefined,
        maxLinks: 10,
        ...rates,
      },
      {
        store: new MemoryPieceStore(),
        log: pino({ level: 'silent' }),
        trustedOrigins: [origin.url],
        onFatal: (error) => {
          throw error;
        },
      },
    );
    cleanups.push(() => node.close());
    const complete = new Promise((resolve) => node.onComplete(resolve));
    // The torrent names the port of before the restart; the tracker is where it is now.
    const announceUrl = `${origin.url}/announce`;
    await node.addTorrent(metainfo, { want: 'all', superSeed: false, webSeeds: [], announceUrl });
    expect(await complete).toBe(image.infoHash);
    const content = image.renditions.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(node.bytes().fromPeers).toBe(content);
    const status = (await (await fetch(`${origin.url}/status`)).json()) as NodeStatus;
    expect(status.bytes.uploaded).toBe(content);
    expect(origin.faults).toEqual([]);
  });
});

describe('--import', () => {
  const photo = (path: string, shade: number) => {
    const background = { r: shade, g: 1, b: 2 };
    return sharp({ create: { width: 200, height: 100, channels: 3, background } })
      .jpeg()
      .toFile(path);
  };

  test('publishes each photo as a product, skips what is no photo, and a second run adds only what is new', async () => {
    const photos = await temporary();
    const dataFolder = await temporary();
    await photo(join(photos, 'red_coffee-cup.jpg'), 50);
    await photo(join(photos, 'b.JPG'), 150);
    await writeFile(join(photos, 'notes.txt'), 'no photo');
    await writeFile(join(photos, 'broken.jpg'), 'no photo either');
    const titles = async (count: number): Promise<string[]> => {
      const origin = await startOriginFixture({ dataFolder, importFolder: photos });
      const products = async () =>
        ((await (await fetch(`${origin.url}/api/products`)).json()) as ProductList).products;
      const published = async () => (await products()).filter(({ images }) => images.length === 1).length;
      await expect.poll(published, { timeout: 15_000 }).toBe(count);
      const all = (await products()).map(({ title }) => title).sort();
      await origin.close();
      return all;
    };
    expect(await titles(2)).toEqual(['B', 'Red coffee cup']);
    await photo(join(photos, 'c.jpg'), 250);
    expect(await titles(3)).toEqual(['B', 'C', 'Red coffee cup']);
  });
});
