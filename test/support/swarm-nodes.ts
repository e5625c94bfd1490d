/** Real swarm nodes on loopback, closed when the test is over. */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { openDiskPieceStore } from '../../shared/node/store/disk-piece-store.ts';
import { MemoryPieceStore } from '../../shared/node/store/memory-piece-store.ts';
import type { PieceStore } from '../../shared/node/store/piece-store.ts';
import { createSwarmNode } from '../../shared/node/swarm-node.ts';
import type { SwarmNode, SwarmNodeOptions, TorrentOptions } from '../../shared/node/swarm-node-api.ts';
import type { NodeLog, SwarmNodeParts } from '../../shared/node/swarm-node-parts.ts';
import type { InfoHash, PeerId } from '../../shared/units.ts';
import type { RandomTorrent } from './random-torrent.ts';

export const SEED: TorrentOptions = { want: 'all', superSeed: false, webSeeds: [], announceUrl: undefined };

export const randomPeerId = (): PeerId => randomBytes(20).toString('hex') as PeerId;

export interface TestNode {
  readonly swarm: SwarmNode;
  readonly store: PieceStore;
  readonly peerId: PeerId;
  /** Lines of warnings and errors. */
  readonly lines: string[];
  /** Closes node and store; else the test's end does. */
  readonly close: () => Promise<void>;
}

export async function startNode(
  store: string | PieceStore,
  options: Partial<SwarmNodeOptions> = {},
  parts: Partial<SwarmNodeParts> = {},
): Promise<TestNode> {
  const opened = typeof store === 'string' ? await openDiskPieceStore({ directory: store }) : store;
  const lines: string[] = [];
  const log: NodeLog = {
    info: () => undefined,
    warn: (_fields, message) => lines.push(message),
    error: (_fields, message) => lines.push(message),
  };
  const fatal: unknown[] = [];
  const peerId = options.peerId ?? randomPeerId();
  const swarm = await createSwarmNode(
    {
      peerId,
      host: '127.0.0.1',
      peerPort: 0,
      localAddress: undefined,
      upRateBytesPerSecond: Number.POSITIVE_INFINITY,
      downRateBytesPerSecond: Number.POSITIVE_INFINITY,
      maxLinks: 1000,
      ...options,
    },
    { store: opened, log, trustedOrigins: [], onFatal: (error) => fatal.push(error), ...parts },
  );
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= swarm.close().then(() => opened.close());
    return closing;
  };
  onTestFinished(async () => {
    await close();
    expect(fatal, 'the engine broke no invariant').toEqual([]);
  });
  return { swarm, store: opened, peerId, lines, close };
}

/** A node that has all of a torrent, in memory. */
export async function startSeed(torrent: RandomTorrent): Promise<TestNode> {
  const seed = await startNode(new MemoryPieceStore());
  await torrent.giveTo(seed.store);
  await seed.swarm.addTorrent(torrent.metainfo, SEED);
  return seed;
}

export const addressOf = (node: TestNode) => ({ ip: '127.0.0.1', port: node.swarm.peerPort });

export async function untilComplete(node: TestNode, infoHash: InfoHash): Promise<void> {
  if (node.swarm.isComplete(infoHash)) return;
  await new Promise<void>((resolve) => {
    const off = node.swarm.onComplete((torrent) => {
      if (torrent !== infoHash) return;
      off();
      resolve();
    });
  });
}

export async function readAll(
  node: TestNode,
  infoHash: InfoHash,
  fileIndex: number,
  startBytes: number,
  endBytes: number,
  signal = new AbortController().signal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of node.swarm.readFile(infoHash, fileIndex, startBytes, endBytes, signal))
    chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}
