/** The edge's place in the swarm: its node, and who of the fleet stands at the other ends. */

import { webSeedSigner } from '../shared/node/http/image-access.ts';
import type { Logger } from '../shared/node/process/logger.ts';
import type { PieceStore } from '../shared/node/store/piece-store.ts';
import { createSwarmNode } from '../shared/node/swarm-node.ts';
import type { SwarmNode } from '../shared/node/swarm-node-api.ts';
import type { WatchedNode } from '../shared/node/trace/trace-watch.ts';
import type { PeerId } from '../shared/units.ts';
import type { EdgeConfig } from './config.ts';
import type { FleetAnnouncer } from './feed/fleet-announcer.ts';
import type { FleetBook } from './fleet-book.ts';
import { FleetFile } from './fleet-file.ts';

/** A node of the fleet needs one, a stock client one for each torrent: 200 image sets and 20 such clients. */
const MAX_LINKS = 4_000;

export interface EdgeSwarmParts {
  readonly config: EdgeConfig;
  readonly log: Logger;
  readonly peerId: PeerId;
  readonly store: PieceStore;
  readonly announcer: FleetAnnouncer;
  onFatal(error: unknown): void;
}

export function startSwarm(parts: EdgeSwarmParts): Promise<SwarmNode> {
  const { config, log, peerId, store, announcer, onFatal } = parts;
  const isAlone = config.peers === 'origin';
  return createSwarmNode(
    {
      peerId,
      // An edge that takes from its origin alone is out of the others' reach.
      host: isAlone ? '127.0.0.1' : config.host,
      peerPort: config.peerPort,
      localAddress: undefined,
      upRateBytesPerSecond: config.upRateBytesPerSecond,
      downRateBytesPerSecond: config.downRateBytesPerSecond,
      maxLinks: MAX_LINKS,
      takesGifts: config.prefetch === 'all',
    },
    {
      store,
      log,
      trustedOrigins: [new URL(config.origin).origin],
      signWebSeed: webSeedSigner(config.access),
      // Nor is anybody told what it has: to say that it was told is enough.
      announceElsewhere: (action) => isAlone || announcer.take(action),
      onFatal,
    },
  );
}

/** The fleet as the book has it, kept over restarts; the node is told of it, now and later. */
export async function openFleet(
  config: EdgeConfig,
  log: Logger,
  swarm: SwarmNode,
  book: FleetBook,
): Promise<FleetFile> {
  book.onChange(() => {
    swarm.setFleet(
      book.nodes().map((node) => ({ peerId: node.peerId, isOrigin: node.isOrigin, ip: node.address.ip })),
    );
  });
  return FleetFile.open(config.dataFolder, book, (error) =>
    log.warn({ err: error }, 'the list of siblings could not be kept'),
  );
}

/** What the edge shows of its swarm to whoever asks; undefined: nothing. */
export function watchedNode(config: EdgeConfig, node: SwarmNode, peerId: PeerId): WatchedNode | undefined {
  const { name, trace = true, upRateBytesPerSecond, downRateBytesPerSecond } = config;
  return trace
    ? { node, name, role: 'edge', peerId, upRateBytesPerSecond, downRateBytesPerSecond }
    : undefined;
}
