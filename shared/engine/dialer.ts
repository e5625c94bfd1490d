/** Finding peers: announces, addresses and dials. */
import type { InfoHash, PeerId } from '../units.ts';
import type { Address } from './inputs.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/** After a failed announce without advice; doubles with each failure, so that a tracker that comes back is not run down. */
const ANNOUNCE_RETRY_MS = 2_500;
const MAX_ANNOUNCE_RETRY_MS = 300_000;
/** An incomplete torrent without any link asks again so soon, whatever interval the tracker likes. */
const LONELY_ANNOUNCE_MS = 10_000;

export function peersFound(state: EngineState, torrent: Torrent, addresses: readonly Address[]): void {
  torrent.addresses.add(addresses);
  dialMore(state, torrent);
}

/** Dials while the torrent wants something and has room for links. */
export function dialMore(state: EngineState, torrent: Torrent): void {
  if (!torrent.wantsAnything) return;
  const room = state.options.maxLinksPerTorrent - torrent.channels.size - torrent.addresses.diallingCount;
  const isLinked = (peerId: PeerId) => isLinkedTo(torrent, peerId);
  for (const address of torrent.addresses.take(room, state.now, isLinked, state.options.random)) {
    if (state.bans.isAddressBanned(address.ip, state.now)) torrent.addresses.forget(address);
    else state.emit({ type: 'dial', torrent: torrent.infoHash, address });
  }
  const nextAt = torrent.addresses.nextDialAt(isLinked);
  if (nextAt > state.now && Number.isFinite(nextAt)) {
    state.timers.setNoLaterThan({ kind: 'dial', torrent: torrent.infoHash }, nextAt);
  }
}

export function dialFailed(state: EngineState, torrent: Torrent, address: Address): void {
  torrent.addresses.ended(address, false, state.now);
  dialMore(state, torrent);
}

export function announce(
  state: EngineState,
  torrent: Torrent,
  event: 'started' | 'completed' | 'stopped' | 'periodic',
): void {
  state.emit({
    type: 'announce',
    torrent: torrent.infoHash,
    event,
    uploadedBytes: torrent.uploadedBytes,
    downloadedBytes: torrent.downloadedBytes,
    leftBytes: torrent.leftBytes,
  });
}

export function announced(
  state: EngineState,
  torrent: Torrent,
  addresses: readonly Address[],
  intervalMs: number,
): void {
  torrent.announceFailures = 0;
  const isLonely = torrent.wantsAnything && torrent.channels.size === 0;
  scheduleAnnounce(state, torrent.infoHash, isLonely ? Math.min(intervalMs, LONELY_ANNOUNCE_MS) : intervalMs);
  peersFound(state, torrent, addresses);
}

export function announceFailed(state: EngineState, torrent: Torrent, retryMs: number | undefined): void {
  torrent.announceFailures++;
  const backoffMs = Math.min(ANNOUNCE_RETRY_MS * 2 ** torrent.announceFailures, MAX_ANNOUNCE_RETRY_MS);
  scheduleAnnounce(state, torrent.infoHash, retryMs ?? backoffMs);
}

/** A tenth of jitter, so that a fleet that started together does not announce together for ever. */
function scheduleAnnounce(state: EngineState, torrent: InfoHash, afterMs: number): void {
  const jitter = 1 + (state.options.random.fraction() - 0.5) / 5;
  state.timers.set({ kind: 'announce', torrent }, state.now + afterMs * jitter);
}

function isLinkedTo(torrent: Torrent, peerId: PeerId): boolean {
  for (const channel of torrent.channels.values()) if (channel.node.peerId === peerId) return true;
  return false;
}
