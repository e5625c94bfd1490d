/** The main job with real processes: a photo goes in at the origin and comes out of every edge, unchanged. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Image } from '../../shared/api-types/catalog.ts';
import { emptyChain, verifyEntry } from '../../shared/log/chain.ts';
import type { Signed } from '../../shared/log/entry.ts';
import { parseMetainfo } from '../../shared/metainfo/parse.ts';
import { createLogCrypto } from '../../shared/node/crypto/log-crypto.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import { everyEdgeHas, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';

const fleet = new Fleet();
let edges: readonly RunningNode[];
let image: Image;
let source: Buffer;

beforeAll(async () => {
  source = await readFile(path.join(PROJECT, 'test/support/photos/seeding_by_Clements_Engelhardt.jpg'));
  await fleet.startOrigin();
  edges = await Promise.all(['a', 'b', 'c'].map((name) => fleet.startEdge({ name })));
  const product = await fleet.createProduct('Dandelion');
  image = await fleet.upload(product, new Uint8Array(source));
  await everyEdgeHas(edges, 1);
}, 120_000);
afterAll(() => fleet.close());

describe('a photo of 15.9 megapixels', () => {
  it('has the whole ladder: five widths in AVIF, WebP and JPEG', async () => {
    const { width = 0, height = 0 } = await sharp(source).metadata();
    expect(width * height).toBeGreaterThan(8_000_000);
    expect([image.width, image.height]).toEqual([width, height]);
    const names = [160, 320, 640, 1280, 2048].flatMap((w) =>
      ['avif', 'jpg', 'webp'].map((ext) => `${w}.${ext}`),
    );
    expect(image.renditions.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  it('comes byte-identical from every edge, and is what its root says', async () => {
    const torrent = new Uint8Array(await (await fetch(image.torrent)).arrayBuffer());
    const metainfo = parseMetainfo(torrent, nodeHashes);
    expect([metainfo.infoHash, metainfo.infoHashV2]).toEqual([image.infoHash, image.infoHashV2]);
    for (const rendition of image.renditions) {
      const bodies = await Promise.all(
        [fleet.origin, ...edges].map(async ({ url }) => {
          const response = await fetch(`${url}${rendition.url}`);
          expect(response.status).toBe(200);
          expect(response.headers.get('etag')).toBe(`"${rendition.root}"`);
          expect(response.headers.get('content-type')).toBe(rendition.type);
          return Buffer.from(await response.arrayBuffer());
        }),
      );
      const digests = new Set(bodies.map((body) => createHash('sha256').update(body).digest('hex')));
      expect(digests.size, rendition.name).toBe(1);
      expect(bodies[0]?.length).toBe(rendition.bytes);
      const file = metainfo.files.find(({ name }) => name === rendition.name);
      expect(file?.root).toBe(rendition.root);
      const decoded = await sharp(bodies[0]).metadata();
      expect([decoded.width, decoded.height]).toEqual([rendition.width, rendition.height]);
    }
  });

  it('left the origin at most 1.5 times', async () => {
    const { bytes } = await fleet.origin.status();
    const byWebSeed = (await Promise.all(edges.map((edge) => edge.status()))).reduce(
      (sum, status) => sum + status.bytes.fromOrigin,
      0,
    );
    const copies = (bytes.uploaded + byWebSeed) / bytes.wanted;
    console.log(`copies that left the origin for 3 edges: ${copies.toFixed(2)}`);
    expect(copies).toBeLessThanOrEqual(1.5);
  });

  it('stands in a log that each edge holds and has verified', async () => {
    const origin = await fleet.origin.status();
    for (const edge of edges) {
      const { log } = await edge.status();
      expect(log).toMatchObject({
        number: origin.log.number,
        hash: origin.log.hash,
        forked: false,
        stale: false,
      });
      const folder = path.join(edge.data, 'log');
      const rootKey = (await readFile(path.join(folder, 'root-key'), 'utf8')).trim();
      const lines = (await readFile(path.join(folder, 'entries.jsonl'), 'utf8')).trim().split('\n');
      let chain = emptyChain(rootKey);
      for (const line of lines)
        chain = verifyEntry(chain, JSON.parse(line) as Signed, createLogCrypto()).state;
      expect([chain.number, chain.hash]).toEqual([log.number, log.hash]);
    }
  });
});
