/** An origin and an edge that both hold one photo: made before the tests of a file, gone after them. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { eventually, Fleet, type RunningNode } from '../support/fleet.ts';
import { PublishedPhoto } from './published-photo.ts';
import { Aria2, Libtorrent, type LibtorrentOptions } from './stock-clients.ts';

export interface RunningClient<Client> {
  readonly client: Client;
  /** Where its files go. */
  readonly folder: string;
}

export interface PublishedFleet {
  readonly fleet: Fleet;
  readonly photo: () => PublishedPhoto;
  readonly edge: () => RunningNode;
  /** A client of the photo's .torrent, unless another is named; it ends with its test. */
  readonly libtorrent: (options: Partial<LibtorrentOptions>) => RunningClient<Libtorrent>;
  /** @param torrent path of a .torrent, or a magnet link */
  readonly aria2: (torrent: string, flags: readonly string[]) => RunningClient<Aria2>;
  /** After the test, in this order. */
  readonly closeLater: (close: () => Promise<void> | void) => void;
}

/** To be called where tests are described. */
export function usePublishedFleet(): PublishedFleet {
  const fleet = new Fleet();
  let photo: PublishedPhoto;
  let edge: RunningNode;
  const closers: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    await fleet.startOrigin();
    edge = await fleet.startEdge({ name: 'a' });
    photo = await PublishedPhoto.publish(fleet);
    await eventually('the edge is complete', async () => (await edge.status()).images.complete === 1);
  }, 120_000);
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  afterAll(async () => {
    await fleet.close();
    await photo.remove();
  });

  function running<Client extends Libtorrent | Aria2>(start: (folder: string) => Client) {
    const folder = photo.newFolder();
    const client = start(folder);
    closers.push(() => client.close());
    return { client, folder };
  }

  return {
    fleet,
    photo: () => photo,
    edge: () => edge,
    libtorrent: (options) =>
      running((folder) => new Libtorrent({ torrent: photo.torrent, folder, ...options })),
    aria2: (torrent, flags) => running((folder) => new Aria2(torrent, folder, flags)),
    closeLater: (close) => closers.push(close),
  };
}
