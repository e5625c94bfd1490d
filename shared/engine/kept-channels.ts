/**
 * Channels that the origin began for torrents that are not here yet (docs/PROTOCOL.md, EC3): what is said on them is
 * kept, word for word, until the host adds the torrent. Bounded in bytes and time, whoever stands at the other end.
 */
import type { InfoHash } from '../units.ts';
import { encodeClose } from '../wire/channels.ts';
import type { Link } from './link.ts';
import type { EngineState } from './state.ts';

/** Over all links: sixteen shares of two blocks, or one of a set of 512 KiB. */
const MAX_KEPT_BYTES = 512 << 10;
/** What a kept message costs beyond its bytes. */
const OVERHEAD_BYTES = 64;
/** An edge has a set added within tens of milliseconds; one that does not is busy, or does not want it. */
const KEPT_MS = 2_000;

export interface KeptChannel {
  readonly link: Link;
  readonly number: number;
  readonly infoHash: InfoHash;
  /** Payloads of extended messages, the begin first; copies. */
  readonly payloads: Uint8Array[];
  readonly since: number;
}

/** All links' channels, the oldest first. */
export class KeptChannels {
  readonly byTorrent = new Map<InfoHash, KeptChannel>();
  bytes = 0;
}

/** EC1: on links that we dialled, for whoever dials us may call itself the origin. */
export function takesEarly({ options }: EngineState, link: Link): boolean {
  return (options.takesGifts ?? true) && link.direction === 'outbound';
}

/** @returns whether the channel that was begun is kept from now on */
export function keepBegin(
  state: EngineState,
  link: Link,
  number: number,
  infoHash: InfoHash,
  payload: Uint8Array,
): boolean {
  const { kept, timers, now } = state;
  const isOrigin = link.phase.name === 'ready' && link.phase.node.isOrigin;
  if (!isOrigin || kept.byTorrent.has(infoHash)) return false;
  if (kept.bytes + costOf(payload) > MAX_KEPT_BYTES) return false;
  const channel: KeptChannel = { link, number, infoHash, payloads: [], since: now };
  kept.byTorrent.set(infoHash, channel);
  link.kept.set(number, channel);
  keepPayload(state, channel, payload);
  timers.setNoLaterThan({ kind: 'keptChannels' }, now + KEPT_MS);
  return true;
}

/** What follows on it; more than fits closes it. */
export function keepMore(state: EngineState, channel: KeptChannel, payload: Uint8Array): void {
  if (state.kept.bytes + costOf(payload) > MAX_KEPT_BYTES) dropKept(state, channel);
  else keepPayload(state, channel, payload);
}

function keepPayload(state: EngineState, channel: KeptChannel, payload: Uint8Array): void {
  channel.payloads.push(payload.slice());
  state.kept.bytes += costOf(payload);
}

export function forgetKept(state: EngineState, channel: KeptChannel): void {
  channel.link.kept.delete(channel.number);
  state.kept.byTorrent.delete(channel.infoHash);
  for (const payload of channel.payloads) state.kept.bytes -= costOf(payload);
}

/** The host did not add their torrents in time. */
export function dropStaleKept(state: EngineState): void {
  for (const channel of state.kept.byTorrent.values()) {
    const staleAt = channel.since + KEPT_MS;
    if (staleAt > state.now) return state.timers.set({ kind: 'keptChannels' }, staleAt);
    dropKept(state, channel);
  }
}

/** What is on its way there is ignored (CH7). */
function dropKept(state: EngineState, channel: KeptChannel): void {
  const { link, number } = channel;
  forgetKept(state, channel);
  state.send(link, encodeClose(link.channelsId as number, number));
}

const costOf = (payload: Uint8Array): number => payload.length + OVERHEAD_BYTES;
