/** What an edge tells its origin of itself: who it is, and every two seconds what changed. */
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

/** Each costs the origin an acknowledgement: every second they were 0.2 % of what a seed of 2 Mbit/s sent. */
const REPORT_EVERY_MS = 2_000;

/** Says what changed, and nothing when nothing did. @returns the timer, which its owner clears */
export function reportProgress(
  follower: Pick<Follower, 'session' | 'report'>,
  status: Pick<EdgeStatus, 'progress'>,
): NodeJS.Timeout {
  let said = '';
  let saidIn: number | undefined;
  return setInterval(() => {
    const { session } = follower;
    if (session === undefined) return;
    const progress = status.progress();
    const text = JSON.stringify(progress);
    if (text === said && session === saidIn) return;
    said = text;
    saidIn = session;
    follower.report(progress);
  }, REPORT_EVERY_MS);
}
