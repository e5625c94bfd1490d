/** Finding peers: announces, addresses and dials. */
import type { InfoHash, PeerId } from '../units.ts';
import type { DialQuestions } from './address-book.ts';
import { addressKey, addressOf } from './address-key.ts';
import { hasRoomForChannel, isOnLink, openChannel } from './channels.ts';
import type { Address } from './inputs.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';
import { hurryQuiet } from './quiet-channels.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import { watchFullLinks } from './useless-links.ts';

/** After a failed announce without advice; doubles with each failure, so that a tracker that comes back is not run down. */
const ANNOUNCE_RETRY_MS = 2_500;
const MAX_ANNOUNCE_RETRY_MS = 300_000;
/** An incomplete torrent without any link asks again so soon, whatever interval the tracker likes. */
const LONELY_ANNOUNCE_MS = 10_000;
/** The interval of who is told without asking again: a tracker that forbids it (BEP 31), or the feed (FA5). */
const NEVER = Number.POSITIVE_INFINITY;

export function peersFound(
  state: EngineState,
  torrent: Torrent,
  addresses: readonly Address[],
  reserve: readonly Address[],
): void {
  torrent.tell(addresses, reserve);
  dialMore(state, torrent);
}

/** Finds more nodes for the torrent while it wants something and has room: over links that stand, or by a dial. */
export function dialMore(state: EngineState, torrent: Torrent): void {
  // What its race cost is known now, also if it has all that it wanted.
  if (torrent.wantsAnything || torrent.webSeed?.unsettled) state.torrentsToHedge.add(torrent);
  if (!torrent.wantsAnything || state.torrents.get(torrent.infoHash) !== torrent) {
    torrent.fullSince = undefined;
    return;
  }
  const room = roomForLinks(state, torrent);
  if (room <= 0) return watchFullLinks(state, torrent);
  torrent.fullSince = undefined;
  const questions = dialQuestions(state, torrent);
  for (const address of torrent.addresses.take(room, state.now, state.options.random, questions))
    reach(state, torrent, address);
  const nextAt = torrent.addresses.nextDialAt;
  if (nextAt > state.now && Number.isFinite(nextAt)) {
    state.timers.setNoLaterThan({ kind: 'dial', torrent: torrent.infoHash }, nextAt);
  }
}

export const roomForLinks = ({ options }: EngineState, { channels, addresses }: Torrent): number =>
  options.maxLinksPerTorrent - channels.size - addresses.diallingCount;

export function dialQuestions(state: EngineState, torrent: Torrent): DialQuestions {
  return {
    isLinked: (peerId) => isLinkedTo(torrent, peerId),
    isReached: (address) => linkWithChannels(state.nodesByAddress.get(addressKey(address))) !== undefined,
    heldUntil: (address) => state.bans.heldUntil(address, state.now),
  };
}

/** A node we are linked to gets a channel; one that is being dialled gets it when its link stands. */
function reach(state: EngineState, torrent: Torrent, address: Address): void {
  const key = addressKey(address);
  const link = linkWithChannels(state.nodesByAddress.get(key));
  if (link) {
    if (isOnLink(link, torrent)) torrent.addresses.ended(address, true, state.now);
    else if (!hasRoomForChannel(link)) waitForChannel(state, link, torrent, address);
    else openChannel(state, link, torrent, address);
    return;
  }
  const dial = state.dials.get(key);
  if (dial) {
    dial.waiting.add(torrent);
    return;
  }
  state.dials.set(key, { since: state.now, waiting: new Set(), isMeeting: false });
  state.emit({ type: 'dial', torrent: torrent.infoHash, address });
}

/** CH14: links to siblings that stand before a torrent needs them. Who is linked, or held off, is left alone. */
export function meet(state: EngineState, infoHash: InfoHash, addresses: readonly Address[]): void {
  for (const address of addresses) {
    const key = addressKey(address);
    if (state.nodesByAddress.has(key) || state.dials.has(key)) continue;
    if (state.bans.heldUntil(address, state.now) > state.now) continue;
    state.dials.set(key, { since: state.now, waiting: new Set(), isMeeting: true });
    state.emit({ type: 'dial', torrent: infoHash, address });
  }
}

function waitForChannel(state: EngineState, link: Link, torrent: Torrent, address: Address): void {
  link.waiting.join(torrent, address);
  state.crowdedLinks.add(link);
  hurryQuiet(state);
}

/** A node is known and linked, and has no room yet: to ask for others does not help. */
function isWaitingForChannel({ crowdedLinks }: EngineState, torrent: Torrent): boolean {
  for (const link of crowdedLinks) if (link.waiting.has(torrent)) return true;
  return false;
}

/** CH13: a channel of the link ended, and another may take its place. */
export function openWaiting(state: EngineState, link: Link): void {
  while (hasRoomForChannel(link)) {
    const next = link.waiting.take();
    if (!next) break;
    const { torrent, address } = next;
    torrent.addresses.release(address);
    if (torrent.wantsAnything) dialMore(state, torrent);
    else state.torrentsToRest.add(torrent);
  }
  if (link.waiting.size === 0) state.crowdedLinks.delete(link);
}

export function knowAddress(state: EngineState, address: Address, node: RemoteNode): void {
  const key = addressKey(address);
  node.addressKeys.add(key);
  state.nodesByAddress.set(key, node);
}

function linkWithChannels(node: RemoteNode | undefined): Link | undefined {
  for (const link of node?.links ?? []) if (link.channelsId !== undefined) return link;
  return undefined;
}

/**
 * The dial is over: its node told whether it takes channels, or it did not come about. The torrents that waited
 * for it open channels, dial for themselves (a stock client takes one torrent a link), or try again later.
 */
export function dialEnded(state: EngineState, key: string): void {
  const dial = state.dials.get(key);
  if (!dial) return;
  state.dials.delete(key);
  const node = state.nodesByAddress.get(key);
  const address = addressOf(key);
  for (const torrent of dial.waiting) {
    if (node) torrent.addresses.release(address);
    else torrent.addresses.ended(address, false, state.now);
    dialMore(state, torrent);
  }
}

export function dialFailed(state: EngineState, torrent: Torrent, address: Address): void {
  torrent.addresses.ended(address, false, state.now);
  dialEnded(state, addressKey(address));
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
  const isLonely = intervalMs < NEVER && torrent.wantsAnything && torrent.channels.size === 0;
  const isImpatient = isLonely && !isWaitingForChannel(state, torrent);
  scheduleAnnounce(
    state,
    torrent.infoHash,
    isImpatient ? Math.min(intervalMs, LONELY_ANNOUNCE_MS) : intervalMs,
  );
  // Who wants nothing dials nobody; it will ask again when it does.
  if (torrent.wantsAnything) torrent.addresses.add(addresses, 'tracker');
  dialMore(state, torrent);
}

export function announceFailed(state: EngineState, torrent: Torrent, retryMs: number | undefined): void {
  torrent.announceFailures++;
  const backoffMs = Math.min(ANNOUNCE_RETRY_MS * 2 ** torrent.announceFailures, MAX_ANNOUNCE_RETRY_MS);
  scheduleAnnounce(state, torrent.infoHash, retryMs ?? backoffMs);
}

/** A tenth of jitter, so that a fleet that started together does not announce together for ever. */
function scheduleAnnounce(state: EngineState, torrent: InfoHash, afterMs: number): void {
  if (afterMs === NEVER) {
    state.timers.clear({ kind: 'announce', torrent });
    return;
  }
  const jitter = 1 + (state.options.random.fraction() - 0.5) / 5;
  state.timers.set({ kind: 'announce', torrent }, state.now + afterMs * jitter);
}

function isLinkedTo(torrent: Torrent, peerId: PeerId): boolean {
  for (const channel of torrent.channels.values()) if (channel.node.peerId === peerId) return true;
  return false;
}
