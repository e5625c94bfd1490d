/** What is done when a deadline comes. */
import type { InfoHash, LinkId } from '../units.ts';
import { encodeKeepAlive } from '../wire/encode.ts';
import { addressKey } from './address-key.ts';
import { runChokingRound, runOptimisticRound } from './choking.ts';
import { closeLink } from './connections.ts';
import { announce, dialEnded, dialMore } from './dialer.ts';
import { pauseEnded } from './hashes-first.ts';
import { sendDueHaves } from './haves.ts';
import { dropStaleKept } from './kept-channels.ts';
import { askLate, requestTimer } from './late-requests.ts';
import type { Link } from './link.ts';
import { tellLaterHaves } from './passing-on.ts';
import { closeQuiet } from './quiet-channels.ts';
import type { EngineState } from './state.ts';
import { superSeedTimer } from './super-deadlines.ts';
import type { TimerName } from './timers.ts';
import type { Torrent } from './torrent.ts';
import { askUntold } from './untold-pieces.ts';
import { uplinkIdle } from './uplink.ts';
import { serveWaiting } from './upload.ts';
import { letGoOfUseless } from './useless-links.ts';
import { checkWebSeed } from './web-seed.ts';

export function fire(state: EngineState, timer: TimerName): void {
  if ('link' in timer) return fireLink(state, timer.kind, timer.link);
  if ('torrent' in timer) return fireTorrent(state, timer.kind, timer.torrent);
  if (timer.kind === 'lateRequests') return askLate(state);
  if (timer.kind === 'haves') return sendDueHaves(state);
  if (timer.kind === 'superSeed') return superSeedTimer(state);
  if (timer.kind === 'laterHaves') return tellLaterHaves(state);
  if (timer.kind === 'keptChannels') return dropStaleKept(state);
  if (timer.kind === 'quietChannels') return closeQuiet(state);
  if (timer.kind === 'uplink') return serveWaiting(state, uplinkIdle(state));
  return timer.kind === 'chokingRound' ? runChokingRound(state) : runOptimisticRound(state);
}

function fireLink(state: EngineState, kind: string, id: LinkId): void {
  const link = state.links.get(id) as Link;
  const { now, options, timers } = state;
  if (kind === 'handshake') return closeLink(state, link, 'handshake_timeout');
  if (link.phase.name !== 'ready') return;
  if (kind === 'requests') return requestTimer(state, link);
  if (kind === 'hashesFirst') return pauseEnded(state, link) ? serveWaiting(state, link) : undefined;
  if (kind === 'introduction') return dialEnded(state, addressKey(link.address));
  // Keep-alive and silence look when something was last sent or received, so no message need move a timer.
  if (kind === 'keepAlive') {
    if (now - link.lastSentAt >= options.keepAliveMs) state.send(link, encodeKeepAlive());
    const sentAt = now - link.lastSentAt >= options.keepAliveMs ? now : link.lastSentAt;
    timers.set({ kind, link: id }, sentAt + options.keepAliveMs);
    return;
  }
  const silentAt = link.lastReceivedAt + options.silenceTimeoutMs;
  if (silentAt <= now) closeLink(state, link, 'silent');
  else timers.set({ kind: 'silence', link: id }, silentAt);
}

function fireTorrent(state: EngineState, kind: string, infoHash: InfoHash): void {
  const torrent = state.torrents.get(infoHash) as Torrent;
  if (kind === 'announce') announce(state, torrent, 'periodic');
  else if (kind === 'dial') {
    letGoOfUseless(state, torrent);
    dialMore(state, torrent);
  } else if (kind === 'untold') askUntold(state, torrent);
  else checkWebSeed(state, torrent);
}
