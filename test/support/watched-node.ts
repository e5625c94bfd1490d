/** Two nodes of a swarm of their own, one of which is watched by its trace. */
import { join } from 'node:path';
import type { WatchedNode } from '../../shared/node/trace/trace-watch.ts';
import { makeRandomTorrent } from './random-torrent.ts';
import { addressOf, SEED, startNode, type TestNode } from './swarm-nodes.ts';
import { tempDirectory } from './temp-directory.ts';

export const PIECE_BYTES = 16_384;

/** As the two roles show a node; counts those who look. */
export function shown({ swarm, peerId }: TestNode): WatchedNode & { readonly looking: () => number } {
  let looking = 0;
  const node = {
    held: swarm.held.bind(swarm),
    onTrace: (listener: Parameters<typeof swarm.onTrace>[0]) => {
      looking++;
      const off = swarm.onTrace(listener);
      return () => {
        looking--;
        off();
      };
    },
  };
  const rates = { upRateBytesPerSecond: Number.POSITIVE_INFINITY, downRateBytesPerSecond: 1_000_000 };
  return { node, name: 'berlin', role: 'edge', peerId, ...rates, looking: () => looking };
}

/** A seed with a torrent, and a node that has not begun to take it. */
export async function pair(lengthBytes: number) {
  const directory = tempDirectory();
  const { metainfo, giveTo } = await makeRandomTorrent(directory, [lengthBytes], {
    pieceLengthBytes: PIECE_BYTES,
  });
  const seed = await startNode(join(directory, 'a'));
  await giveTo(seed.store);
  await seed.swarm.addTorrent(metainfo, SEED);
  const leech = await startNode(join(directory, 'b'));
  const take = async () => {
    await leech.swarm.addTorrent(metainfo, SEED);
    leech.swarm.addPeers(metainfo.infoHash, [addressOf(seed)]);
  };
  return { seed, leech, metainfo, take };
}
