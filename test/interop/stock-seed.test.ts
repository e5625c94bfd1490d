/**
 * Goal: an edge completes an image that only a stock client can give. The origin publishes and tracks it, but its
 * peer wire is at an address where nobody listens, and its images are refused on the way to the edge.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Fleet, type RunningNode } from '../support/fleet.ts';
import { HalfOpenOrigin } from './half-open-origin.ts';
import { PublishedPhoto } from './published-photo.ts';
import { hasLibtorrent, Libtorrent, TCP_ONLY, titled } from './stock-clients.ts';

/** Loopback, and not the origin's own: a dial is refused. */
const NOBODY = '127.0.0.9';

describe.skipIf(!hasLibtorrent)(titled('a libtorrent seed', hasLibtorrent, 'python3-libtorrent'), () => {
  const fleet = new Fleet();
  let photo: PublishedPhoto;
  let seed: Libtorrent;
  let proxy: HalfOpenOrigin;
  let edge: RunningNode;

  beforeAll(async () => {
    await fleet.startOrigin({ flags: ['--advertise-ip', NOBODY] });
    photo = await PublishedPhoto.publish(fleet);
    seed = new Libtorrent({
      torrent: photo.torrent,
      folder: photo.newFolder(),
      peers: [['127.0.0.1', fleet.origin.peerPort]],
      settings: TCP_ONLY,
    });
    await eventually('the seed has everything', () => seed.isFinished());
    proxy = await HalfOpenOrigin.start(fleet.origin.url);
    edge = await fleet.startEdge({ name: 'a', flags: ['--origin', proxy.url] });
  }, 120_000);
  afterAll(async () => {
    await fleet.close();
    proxy.close();
    await seed.close();
    await photo.remove();
  });

  it('is handed to the edge by the tracker and gives it every byte', async () => {
    const uploaded = (await fleet.origin.status()).bytes.uploaded;
    await eventually('the edge is complete', async () => (await edge.status()).images.complete === 1);
    const { bytes } = await edge.status();
    expect(bytes.wanted).toBe(photo.contentBytes);
    expect(bytes).toMatchObject({ verified: bytes.wanted, fromPeers: bytes.wanted, fromOrigin: 0 });
    expect((await fleet.origin.status()).bytes.uploaded).toBe(uploaded);
    await photo.expectServedBy(edge.url);
  }, 90_000);
});
