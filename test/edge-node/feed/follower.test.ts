/** What an edge says on a feed, and when: an origin hangs up on whoever says something before it is taken in. */
import { expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { Follower, type FollowerParts, type Progress } from '../../../edge-node/feed/follower.ts';
import { LogStore } from '../../../edge-node/feed/log-store.ts';
import { FleetBook } from '../../../edge-node/fleet-book.ts';
import { OfferedHashes } from '../../../edge-node/images/offered-hashes.ts';
import type { FeedRefusal } from '../../../shared/api-types/feed.ts';
import { randomPeerId } from '../../../shared/node/crypto/identity.ts';
import { createLogCrypto } from '../../../shared/node/crypto/log-crypto.ts';
import { type FileSystem, nodeFileSystem } from '../../../shared/node/store/file-system.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { ImageId } from '../../../shared/units.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { eventually } from '../support/test-edge.ts';
import { send, TestOrigin } from '../support/test-origin.ts';

const nothing = () => {};

async function following(origin: TestOrigin, more: Partial<FollowerParts> = {}, files?: FileSystem) {
  const store = await LogStore.open({
    dataFolder: tempDirectory(),
    rootKey: undefined,
    crypto: createLogCrypto(),
    now: Date.now,
    listener: { applied: nothing, rebuilt: nothing, diskFailed: nothing },
    ...(files ? { files } : {}),
  });
  onTestFinished(() => store.close());
  const peerId = randomPeerId();
  const follower = new Follower({
    origin: origin.url,
    log: { info: nothing, warn: nothing },
    store,
    fleet: new FleetBook(peerId),
    hashes: new OfferedHashes(),
    random: seededRandom(1),
    introduction: () => ({
      name: 'e1',
      peerId,
      peerPort: 1,
      advertiseIp: null,
      publicUrl: null,
      httpPort: 1,
      pieceHashes: false,
      fleetToken: null,
    }),
    welcomed: nothing,
    lost: nothing,
    entriesCame: nothing,
    headCame: nothing,
    otherHistory: nothing,
    hashesCame: nothing,
    peersTold: nothing,
    limits: { soon: { baseMs: 1, capMs: 10 } },
    ...more,
  });
  onTestFinished(() => follower.close());
  follower.start();
  return follower;
}

const progress = (applied: number): Progress => ({
  type: 'progress',
  applied,
  images: { known: 0, complete: 0 },
  bytes: { wanted: 0, verified: 0, fromPeers: 0, fromOrigin: 0, uploaded: 0 },
  peers: 0,
});

test('threat row 50: an edge that waits for its turn says nothing but hello', async () => {
  const origin = await TestOrigin.start();
  const sockets: WebSocket[] = [];
  origin.script = (socket) => void sockets.push(socket);
  const follower = await following(origin);
  for (const turn of [1, 2]) {
    await eventually(() => expect(sockets).toHaveLength(turn));
    follower.report(progress(0));
    // What took its time and belongs to the socket before.
    follower.acknowledge({ type: 'acknowledge', entry: 0 });
    origin.welcome(sockets.at(-1)!);
    await eventually(() => expect(follower.session).toBe(turn));
    follower.report(progress(turn));
    follower.acknowledge({ type: 'acknowledge', entry: turn });
    await eventually(() => expect(origin.acknowledged).toContain(turn));
    sockets.at(-1)!.terminate();
  }
  expect(origin.progress.map(({ applied }) => applied)).toEqual([1, 2]);
  expect(origin.acknowledged).toEqual([1, 2]);
});

test('PU4: a head of a socket that was lost while the disk took its time tells nothing of what the origin has now', async () => {
  const origin = await TestOrigin.start();
  const sockets: WebSocket[] = [];
  origin.script = (socket) => void sockets.push(socket);
  let release = nothing;
  let isHeld = false;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slowDisk: FileSystem = {
    ...nodeFileSystem,
    rename: async (from, to) => {
      if (to.endsWith('highest.json')) {
        isHeld = true;
        await held;
      }
      await nodeFileSystem.rename(from, to);
    },
  };
  const came: (number | string)[] = [];
  const follower = await following(
    origin,
    { headCame: (number) => came.push(number), lost: () => came.push('lost') },
    slowDisk,
  );
  await eventually(() => expect(sockets).toHaveLength(1));
  origin.welcome(sockets[0]!);
  origin.sendLogAfter(sockets[0]!, 0);
  await eventually(() => expect(isHeld).toBe(true));
  sockets[0]!.terminate();
  // Nothing is read while the disk is waited for: a word to who is gone finds it out.
  await eventually(() => {
    follower.report(progress(1));
    expect(came).toContain('lost');
  });
  release();
  await eventually(() => expect(sockets.length).toBeGreaterThan(1));
  origin.log.append({ type: 'purge', imageId: '0'.repeat(24) as ImageId });
  origin.welcome(sockets.at(-1)!);
  send(sockets.at(-1)!, { type: 'head', head: origin.log.head() });
  await eventually(() => expect(came).toContain(2));
  expect(came.filter((each) => each !== 'lost')).toEqual([2]);
});

test('an edge that is refused again and again says each reason once, and once more after a welcome', async () => {
  const origin = await TestOrigin.start();
  const codes: FeedRefusal[] = ['feed_seat_taken', 'feed_seat_taken', 'feed_full', 'feed_full'];
  let dials = 0;
  let last: WebSocket | undefined;
  origin.script = (socket) => {
    const code = codes[dials++ % (codes.length + 1)];
    if (code !== undefined) send(socket, { type: 'refused', code, message: 'because' });
    else origin.welcome(socket);
    last = socket;
  };
  const told: unknown[] = [];
  const warn = (fields: { readonly code?: unknown }) => void told.push(fields.code);
  await following(origin, { log: { info: nothing, warn }, welcomed: () => last?.close(1001) });
  await eventually(() => expect(dials).toBeGreaterThan(2 * codes.length + 1));
  expect(told.slice(0, 5)).toEqual([
    'feed_seat_taken',
    'feed_full',
    undefined,
    'feed_seat_taken',
    'feed_full',
  ]);
});
