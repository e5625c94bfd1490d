/** How long a swarm without faults may take: what the engine may wait for, and then the transfer itself. */
import { defaultTunables, type EngineTunables } from '../../shared/engine/options.ts';
import type { SimHost } from '../../shared/sim/host.ts';
import { ANNOUNCE_INTERVAL_MS } from '../../shared/sim/tracker.ts';
import type { PieceIndex } from '../../shared/units.ts';
import type { Scenario } from './random-scenario.ts';

/** address-book.ts: an address that failed often is tried again after so long. */
const MAX_REDIAL_MS = 60_000;
/** Of the time in which the origin alone could serve everyone: slots, timeouts and slow nodes take their share. */
const TRANSFER_FACTOR = 4;
const FEED_SLACK_MS = 60_000;

export function livenessBoundMs({ simulation, origin, feed }: Scenario, staying: readonly SimHost[]): number {
  const live = [...feed.live].map((infoHash) => simulation.torrents.get(infoHash));
  let missingBytes = 0;
  let slowestMs = 0;
  for (const host of staying) {
    let own = 0;
    for (const torrent of live) {
      if (!torrent) continue;
      const held = host.held.get(torrent.infoHash);
      own += torrent.geometry.contentBytes;
      for (const piece of held?.indexes() ?? []) own -= torrent.geometry.contentLength(piece as PieceIndex);
    }
    missingBytes += own;
    slowestMs = Math.max(slowestMs, (own * host.access.slowness) / host.access.downBytesPerMs);
  }
  const serveMs = (missingBytes * origin.access.slowness) / origin.access.upBytesPerMs;
  const limits = [origin, ...staying].map(
    (host): EngineTunables => ({ ...defaultTunables, ...host.options.engine }),
  );
  return waitsMs(limits) + FEED_SLACK_MS + TRANSFER_FACTOR * (serveMs + slowestMs);
}

/** One after the other: a dead link is noticed, its node dialled again; a slot comes round; a late block is given away. */
function waitsMs(limits: readonly EngineTunables[]): number {
  const most = (of: (limits: EngineTunables) => number) => Math.max(...limits.map(of));
  const dead = most((limit) => limit.silenceTimeoutMs) + MAX_REDIAL_MS + ANNOUNCE_INTERVAL_MS;
  const slot = most((limit) => limit.optimisticRoundMs) * limits.length;
  const late = 2 * most((limit) => limit.channelTimeoutMs) + most((limit) => limit.requestTimeoutMs);
  return dead + slot + late;
}
