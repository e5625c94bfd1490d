/** One end of the loopback bench, a process of its own: `seed` or `leech`, told over IPC what to do. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseMetainfo } from '../../shared/metainfo/parse.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import { openDiskPieceStore } from '../../shared/node/store/disk-piece-store.ts';
import { createSwarmNode } from '../../shared/node/swarm-node.ts';
import type { PeerId } from '../../shared/units.ts';

export interface LoopbackOrder {
  readonly directory: string;
  readonly torrentPath: string;
  /** Files to adopt, in the torrent's order; for the seed. */
  readonly sources: readonly string[];
  /** The seed's port; for the leech. */
  readonly dialPort: number | undefined;
}

export type LoopbackReport =
  | { readonly type: 'ready'; readonly port: number }
  | {
      readonly type: 'done';
      /** From the dial to the last piece's write. */
      readonly seconds: number;
      /** The same, and all of it synced. */
      readonly syncedSeconds: number;
    }
  | { readonly type: 'usage'; readonly cpuSeconds: number; readonly maxResidentBytes: number };

const report = (message: LoopbackReport) => process.send?.(message);

async function run(order: LoopbackOrder): Promise<void> {
  const metainfo = parseMetainfo(readFileSync(order.torrentPath), nodeHashes);
  const store = await openDiskPieceStore({ directory: order.directory });
  for (const [index, path] of order.sources.entries()) {
    const file = metainfo.files[index];
    if (file) await store.adopt(file, path);
  }
  // Writes that are under way: the clock stops when the last one is done.
  let writing = 0;
  let allWritten: () => void = () => undefined;
  const write = store.write.bind(store);
  store.write = async (file, offsetBytes, bytes) => {
    writing++;
    await write(file, offsetBytes, bytes);
    if (--writing === 0) allWritten();
  };
  const node = await createSwarmNode(
    {
      peerId: randomBytes(20).toString('hex') as PeerId,
      host: '127.0.0.1',
      peerPort: 0,
      localAddress: undefined,
      upRateBytesPerSecond: Number.POSITIVE_INFINITY,
      downRateBytesPerSecond: Number.POSITIVE_INFINITY,
      maxLinks: 100,
    },
    {
      store,
      log: { info: () => undefined, warn: console.warn, error: console.error },
      trustedOrigins: [],
      onFatal: () => process.exit(1),
    },
  );
  process.once('message', async () => {
    await node.close();
    await store.close();
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    report({
      type: 'usage',
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      maxResidentBytes: maxRSS * 1024,
    });
    process.disconnect();
  });
  await node.addTorrent(metainfo, { want: 'all', superSeed: false, webSeeds: [], announceUrl: undefined });
  report({ type: 'ready', port: node.peerPort });
  if (order.dialPort === undefined) return;
  const complete = new Promise<void>((resolve) => node.onComplete(() => resolve()));
  const start = performance.now();
  node.addPeers(metainfo.infoHash, [{ ip: '127.0.0.1', port: order.dialPort }]);
  await complete;
  if (writing > 0)
    await new Promise<void>((resolve) => {
      allWritten = resolve;
    });
  const seconds = (performance.now() - start) / 1000;
  await store.flush();
  report({ type: 'done', seconds, syncedSeconds: (performance.now() - start) / 1000 });
}

process.once('message', (order) => {
  run(order as LoopbackOrder).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
