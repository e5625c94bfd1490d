/** Is what an origin says it has published there, whole, and nothing besides? Asked from outside, over HTTP. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import type { Image, ProductList } from '../../shared/api-types/catalog.ts';
import type { FeedServerFrame } from '../../shared/api-types/feed.ts';
import { type ChainState, emptyChain, verifyEntry } from '../../shared/log/chain.ts';
import type { CatalogChange } from '../../shared/log/entry.ts';
import { parseMetainfo } from '../../shared/metainfo/parse.ts';
import { randomPeerId } from '../../shared/node/crypto/identity.ts';
import { createLogCrypto } from '../../shared/node/crypto/log-crypto.ts';
import { inflateFrame } from '../../shared/node/feed-deflate.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import { rootOf } from './file-root.ts';

export async function imagesOf(url: string): Promise<Image[]> {
  const list = (await (await fetch(`${url}/api/products`)).json()) as ProductList;
  return list.products.flatMap(({ images }) => images);
}

/** Every rendition is served with the size and root that the catalog says. */
export async function expectServed(url: string, image: Image, context = ''): Promise<void> {
  for (const rendition of image.renditions) {
    const response = await fetch(`${url}/images/${image.id}/${rendition.name}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const said = response.ok ? '' : Buffer.from(bytes).toString();
    expect(response.status, `${context} ${rendition.name} ${said}`).toBe(200);
    expect([bytes.length, rootOf(bytes)], `${context} ${rendition.name}`).toEqual([
      rendition.bytes,
      rendition.root,
    ]);
  }
}

export async function expectTorrent(image: Image, context = ''): Promise<void> {
  const response = await fetch(image.torrent);
  expect(response.status, context).toBe(200);
  const metainfo = parseMetainfo(new Uint8Array(await response.arrayBuffer()), nodeHashes);
  expect([metainfo.infoHash, metainfo.infoHashV2], context).toEqual([image.infoHash, image.infoHashV2]);
  const files = metainfo.files.map(({ name, lengthBytes, root }) => [name, lengthBytes, root]).sort();
  expect(files, context).toEqual(image.renditions.map(({ name, bytes, root }) => [name, bytes, root]).sort());
}

/** All changes of the log, as the feed tells them to an edge that has none; each entry is verified. */
export async function changesOf(url: string): Promise<CatalogChange[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/feed`);
  const changes: CatalogChange[] = [];
  let chain: ChainState | undefined;
  let last = Number.POSITIVE_INFINITY;
  const crypto = createLogCrypto();
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the feed closed')));
      socket.on('open', () => socket.send(JSON.stringify(hello())));
      socket.on('message', (data, isBinary) => {
        try {
          const frame = JSON.parse(
            isBinary ? inflateFrame(data as Buffer, 2 ** 20) : String(data),
          ) as FeedServerFrame;
          if (frame.type === 'welcome') chain = emptyChain(frame.rootKey);
          else if (frame.type === 'head') last = (JSON.parse(frame.head.body) as { head: number }).head;
          else if (frame.type === 'entries')
            for (const signed of frame.entries) {
              const { state, entry } = verifyEntry(chain as ChainState, signed, crypto);
              chain = state;
              changes.push(entry.change);
            }
          else if (frame.type === 'refused') reject(new Error(frame.code));
          if (changes.length >= last) resolve();
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  } finally {
    socket.removeAllListeners('close');
    socket.terminate();
  }
  return changes;
}

const hello = () => ({
  type: 'hello',
  version: 1,
  name: 'reader-of-the-log',
  peerId: randomPeerId(),
  peerPort: 1,
  advertiseIp: null,
  publicUrl: null,
  httpPort: 1,
  head: { number: 0, hash: '0'.repeat(64) },
  pieceHashes: false,
  fleetToken: null,
});

/** Roots whose data lies in a piece store. */
export async function rootsIn(store: string): Promise<string[]> {
  const names = await readdir(store, { recursive: true });
  return names.flatMap((name) => /([0-9a-f]{64})\.(?:data|whole)$/.exec(name)?.[1] ?? []).sort();
}

/** No half-published image, and no file that none of them needs. */
export async function expectWholeOrigin(url: string, data: string, context: string): Promise<Image[]> {
  const images = await imagesOf(url);
  for (const image of images) {
    await expectServed(url, image, context);
    await expectTorrent(image, context);
  }
  const published = (await changesOf(url)).flatMap((change) =>
    change.type === 'publish' ? [change.image.id] : [],
  );
  expect(published.sort(), context).toEqual(images.map(({ id }) => id).sort());
  for (const folder of ['uploads', 'tmp'])
    expect(await readdir(path.join(data, folder)), `${context}: ${folder}`).toEqual([]);
  const store = path.join(data, 'store');
  const wanted = new Set(images.flatMap((image) => image.renditions.map(({ root }) => root)));
  expect(await rootsIn(store), context).toEqual([...wanted].sort());
  for (const name of await readdir(store, { recursive: true }))
    if (name.includes('.') && !name.startsWith('synced.json'))
      expect(wanted, `${context}: ${name}`).toContain(/([0-9a-f]{64})\.(?:data|have|whole)$/.exec(name)?.[1]);
  return images;
}
