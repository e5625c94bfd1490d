/**
 * Goal: stock client and edges are one swarm. The origin is slow, so that all of them fetch at the same time and
 * have to give to one another.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Fleet, type RunningNode } from '../support/fleet.ts';
import { PublishedPhoto } from './published-photo.ts';
import { hasLibtorrent, Libtorrent, TCP_ONLY, titled } from './stock-clients.ts';

/** The image set of 0.6 MB takes some 4 s to leave the origin once. */
const ORIGIN_UP_RATE = 150_000;
const LEECHERS = 4;

describe.skipIf(!hasLibtorrent)(titled('a mixed swarm', hasLibtorrent, 'python3-libtorrent'), () => {
  const fleet = new Fleet();
  let edges: readonly RunningNode[];
  let photo: PublishedPhoto;
  let client: Libtorrent;
  let folder: string;

  beforeAll(async () => {
    await fleet.startOrigin({ flags: ['--up-rate', String(ORIGIN_UP_RATE)] });
    edges = await Promise.all(['a', 'b', 'c'].map((name) => fleet.startEdge({ name })));
    photo = await PublishedPhoto.publish(fleet);
    folder = photo.newFolder();
    client = new Libtorrent({ torrent: photo.torrent, folder, settings: TCP_ONLY });
  }, 120_000);
  afterAll(async () => {
    await fleet.close();
    await client.close();
    await photo.remove();
  });

  it('libtorrent and three edges all complete, and the origin gives less than one copy to each', async () => {
    await eventually('everyone is complete', async () => {
      const all = await Promise.all(edges.map((edge) => edge.status()));
      return all.every(({ images }) => images.complete === 1) && client.isFinished();
    });
    await photo.expectFilesIn(folder);
    for (const edge of edges) await photo.expectServedBy(edge.url);
    const { bytes } = await fleet.origin.status();
    const statuses = await Promise.all(edges.map((edge) => edge.status()));
    const byWebSeed = statuses.reduce((sum, status) => sum + status.bytes.fromOrigin, 0);
    const copies = (bytes.uploaded + byWebSeed) / photo.contentBytes;
    const given = statuses.reduce((sum, status) => sum + status.bytes.uploaded, 0) / photo.contentBytes;
    console.log(`copies that left the origin: ${copies.toFixed(2)}; the edges gave ${given.toFixed(2)}`);
    expect(copies).toBeLessThan(LEECHERS);
    expect(given).toBeGreaterThan(0);
  }, 90_000);
});
