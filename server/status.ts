/** `/status` of the origin: what it published, what of it is on its disk, and whom it talks to. */
import type { NodeStatus } from '../shared/api-types/status.ts';
import type { PieceStore } from '../shared/node/store/piece-store.ts';
import type { SwarmNode } from '../shared/node/swarm-node-api.ts';
import type { PeerId } from '../shared/units.ts';
import type { Catalog } from './catalog/catalog-api.ts';

export interface StatusParts {
  readonly catalog: Pick<Catalog, 'images' | 'head'>;
  readonly store: Pick<PieceStore, 'isComplete'>;
  readonly node: Pick<SwarmNode, 'bytes' | 'peers'>;
  readonly peerId: PeerId;
  readonly version: string;
}

/** One scrape of /metrics asks six times, and counting walks over every rendition. */
const COUNT_EVERY_MS = 1_000;

export function originStatus(parts: StatusParts): () => NodeStatus {
  const startedAtMs = performance.now();
  let counted = { known: 0, complete: 0 };
  let countedAtMs = Number.NEGATIVE_INFINITY;
  const images = () => {
    if (performance.now() - countedAtMs >= COUNT_EVERY_MS) {
      counted = countImages(parts);
      countedAtMs = performance.now();
    }
    return counted;
  };
  return () => ({
    role: 'origin',
    name: 'origin',
    version: parts.version,
    peerId: parts.peerId,
    uptimeSeconds: Math.floor((performance.now() - startedAtMs) / 1000),
    images: images(),
    bytes: parts.node.bytes(),
    peers: parts.node.peers(),
    log: { ...parts.catalog.head(), headTimeMs: Date.now(), stale: false, forked: false },
  });
}

function countImages({ catalog, store }: StatusParts): { known: number; complete: number } {
  let known = 0;
  let complete = 0;
  for (const image of catalog.images()) {
    known++;
    if (image.renditions.every(({ root }) => store.isComplete(root))) complete++;
  }
  return { known, complete };
}
