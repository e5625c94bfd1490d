/** What an edge says on a feed, and when: an origin hangs up on whoever says something before it is taken in. */
import { expect, onTestFinished, test } from 'vitest';
import type { WebSocket } from 'ws';
import { Follower, type Progress } from '../../../edge-node/feed/follower.ts';
import { LogStore } from '../../../edge-node/feed/log-store.ts';
import { FleetBook } from '../../../edge-node/fleet-book.ts';
import { OfferedHashes } from '../../../edge-node/images/offered-hashes.ts';
import { randomPeerId } from '../../../shared/node/crypto/identity.ts';
import { createLogCrypto } from '../../../shared/node/crypto/log-crypto.ts';
import { seededRandom } from '../../../shared/random.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { eventually } from '../support/test-edge.ts';
import { TestOrigin } from '../support/test-origin.ts';

const nothing = () => {};

async function following(origin: TestOrigin) {
  const store = await LogStore.open({
    dataFolder: tempDirectory(),
    rootKey: undefined,
    crypto: createLogCrypto(),
    now: Date.now,
    listener: { applied: nothing, rebuilt: nothing, diskFailed: nothing },
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
