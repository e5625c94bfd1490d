/** What an edge tells its origin of itself: who it is, and once a second what changed. */
import type { PeerId } from '../shared/units.ts';
import type { EdgeConfig } from './config.ts';
import type { EdgeStatus } from './edge-status.ts';
import type { Follower } from './feed/follower.ts';

export function introduction(config: EdgeConfig, peerId: PeerId, peerPort: number, httpPort: number) {
  return {
    name: config.name,
    peerId,
    peerPort,
    advertiseIp: config.advertiseIp ?? null,
    publicUrl: config.publicUrl ?? null,
    httpPort,
    // An edge that waits for shoppers joins few of the sets it hears of.
    pieceHashes: config.prefetch === 'all',
    fleetToken: config.fleetToken ?? null,
  };
}

/** Says what changed, and nothing when nothing did. */
export function reporter(follower: Follower, status: EdgeStatus): () => void {
  let said = '';
  return () => {
    if (!follower.isConnected) {
      said = '';
      return;
    }
    const progress = status.progress();
    const text = JSON.stringify(progress);
    if (text === said) return;
    said = text;
    follower.report(progress);
  };
}
