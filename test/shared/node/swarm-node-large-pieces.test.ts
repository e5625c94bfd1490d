/** Goal: pieces that are hashed in a thread come and are judged as small ones are, whatever becomes of the thread. */
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import type { EngineInput } from '../../../shared/engine/inputs.ts';
import { MemoryPieceStore } from '../../../shared/node/store/memory-piece-store.ts';
import { DiskActions } from '../../../shared/node/swarm-node-disk.ts';
import { HostedTorrent, TorrentTotals } from '../../../shared/node/swarm-node-torrent.ts';
import type { PieceIndex } from '../../../shared/units.ts';
import { makeRandomTorrent, type RandomTorrent } from '../../support/random-torrent.ts';
import {
  addressOf,
  readAll,
  SEED,
  startNode,
  startSeed,
  type TestNode,
  untilComplete,
} from '../../support/swarm-nodes.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { waitFor } from '../../support/wait-for.ts';

const SIZES = [9_000_001, 300_000];
const LOST = 'the thread that hashes is lost: pieces are hashed without it';

interface Pair {
  readonly torrent: RandomTorrent;
  readonly seed: TestNode;
  readonly leech: TestNode;
  readonly threads: Worker[];
}

async function startPair(): Promise<Pair> {
  const directory = tempDirectory();
  const torrent = await makeRandomTorrent(directory, SIZES, { pieceLengthBytes: 512 * 1024 });
  const threads: Worker[] = [];
  const onWorker = (worker: Worker) => threads.push(worker);
  process.on('worker', onWorker);
  onTestFinished(() => void process.off('worker', onWorker));
  const seed = await startSeed(torrent);
  const leech = await startNode(new MemoryPieceStore());
  return { torrent, seed, leech, threads };
}

async function expectWhole({ torrent, leech }: Pair): Promise<void> {
  for (const [index, content] of torrent.contents.entries()) {
    const found = await readAll(leech, torrent.metainfo.infoHash, index, 0, content.length);
    expect(Buffer.compare(found, content), 'byte for byte').toBe(0);
  }
}

it('large pieces are hashed in one thread, which ends with the node', async () => {
  const pair = await startPair();
  const { torrent, seed, leech, threads } = pair;
  await leech.swarm.addTorrent(torrent.metainfo, SEED);
  leech.swarm.addPeers(torrent.metainfo.infoHash, [addressOf(seed)]);
  await untilComplete(leech, torrent.metainfo.infoHash);
  await expectWhole(pair);
  expect(threads).toHaveLength(1);
  await leech.close();
  expect(threads[0]?.threadId, 'ended').toBe(-1);
});

it('a thread that is killed on the way costs no piece', async () => {
  const pair = await startPair();
  const { torrent, seed, leech } = pair;
  process.once('worker', (worker: Worker) => void worker.terminate());
  await leech.swarm.addTorrent(torrent.metainfo, SEED);
  leech.swarm.addPeers(torrent.metainfo.infoHash, [addressOf(seed)]);
  await untilComplete(leech, torrent.metainfo.infoHash);
  await expectWhole(pair);
  expect(leech.lines).toEqual([LOST]);
});

it('threat row 6: a large piece that one half takes and the other does not ends the torrent, and bans nobody', async () => {
  const { torrent, seed, leech } = await startPair();
  const { infoHash, pieceHashesV1 } = torrent.metainfo;
  const lying = { ...torrent.metainfo, pieceHashesV1: pieceHashesV1.map((byte) => byte ^ 1) };
  await leech.swarm.addTorrent(lying, SEED);
  leech.swarm.addPeers(infoHash, [addressOf(seed)]);
  await waitFor(() => expect(leech.swarm.hasTorrent(infoHash)).toBe(false));
  expect(leech.lines).toEqual(['the torrent failed and is removed']);
});

it('a node that is closed while it hashes ends, and a restart fetches what is missing', async () => {
  const { torrent, seed, threads } = await startPair();
  const { infoHash } = torrent.metainfo;
  const directory = join(tempDirectory(), 'b');
  const before = await startNode(directory);
  const started = new Promise((resolve) => process.once('worker', resolve));
  await before.swarm.addTorrent(torrent.metainfo, SEED);
  before.swarm.addPeers(infoHash, [addressOf(seed)]);
  await started;
  await before.close();
  expect(threads.map(({ threadId }) => threadId)).toEqual(threads.map(() => -1));
  expect(before.lines).toEqual([]);
  const after = await startNode(directory);
  await after.swarm.addTorrent(torrent.metainfo, SEED);
  after.swarm.addPeers(infoHash, [addressOf(seed)]);
  await untilComplete(after, infoHash);
});

it('a torrent that is removed and added again while a piece is hashed takes no verdict of before', async () => {
  const { torrent } = await startPair();
  const { infoHash } = torrent.metainfo;
  const store = new MemoryPieceStore();
  const host = () => HostedTorrent.open(store, torrent.metainfo, SEED, new TorrentTotals());
  let hosted = await host();
  const fed: EngineInput[] = [];
  let answered: () => void = () => undefined;
  const disk = new DiskActions({
    store,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    feed: (input) => {
      fed.push(input);
      answered();
    },
    torrent: () => hosted,
    lost: () => undefined,
  });
  onTestFinished(() => disk.close());
  const hash = (piece: number) => {
    const start = 512 * 1024 * piece;
    const bytes = (torrent.contents[0] as Uint8Array).subarray(start, start + 512 * 1024);
    disk.hashPiece({ type: 'hashPiece', torrent: infoHash, piece: piece as PieceIndex, bytes });
  };
  hash(0);
  hosted = await host();
  hash(1);
  await new Promise<void>((resolve) => {
    answered = resolve;
  });
  expect(fed).toMatchObject([{ type: 'pieceHashed', piece: 1, verdict: 'ok' }]);
});
