/**
 * Channels that nobody needs are closed, so that a catalog costs no memory for each pair of nodes (CH10). Who wants
 * something of the torrent again opens it anew, at the price of one round trip. One timer for all.
 */
import type { Channel } from './channel.ts';
import { closeChannel } from './channels.ts';
import type { EngineState } from './state.ts';
import { activeSeeder } from './super-seeding.ts';
import type { Torrent } from './torrent.ts';

/** Long enough for the other side to hear of our last pieces and to ask for them, whatever the path. */
const QUIET_MS = 15_000;
/** While others wait for a channel (CH13): two nodes that are complete do not always know it, and stood in the way. */
const CROWDED_QUIET_MS = 2_000;

const quietMs = ({ crowdedLinks }: EngineState): number =>
  crowdedLinks.size > 0 ? CROWDED_QUIET_MS : QUIET_MS;

/** A torrent waits for a channel. */
export function hurryQuiet(state: EngineState): void {
  state.timers.setNoLaterThan({ kind: 'quietChannels' }, state.now + CROWDED_QUIET_MS);
}

/** Our side wants nothing of the torrent any more. */
export function torrentQuiet(state: EngineState, torrent: Torrent): void {
  for (const channel of torrent.channels.values()) channelQuiet(state, channel);
}

/** The other side, or ours, wants nothing on this channel any more; if both do, it is closed after a while. */
export function channelQuiet(state: EngineState, channel: Channel): void {
  // It may just have ended: nodes that are both complete close the first channel as soon as they know how.
  if (channel.link.channels.get(channel.number) !== channel) return;
  if (!isQuiet(channel) || state.quietChannels.has(channel)) return;
  state.quietChannels.set(channel, state.now);
  state.timers.setNoLaterThan({ kind: 'quietChannels' }, state.now + quietMs(state));
}

export function closeQuiet(state: EngineState): void {
  for (const [channel, since] of state.quietChannels) {
    const closesAt = since + quietMs(state);
    if (closesAt > state.now) {
      state.timers.set({ kind: 'quietChannels' }, closesAt);
      return;
    }
    state.quietChannels.delete(channel);
    if (isQuiet(channel)) closeChannel(state, channel, 'quiet');
  }
}

/** A super-seeding node tells piece by piece: who has not heard of all may yet be interested (BEP 16). */
function isQuiet({ torrent, peerInterested, link, isSeed }: Channel): boolean {
  if (torrent.wantsAnything || peerInterested || link.channelsId === undefined) return false;
  return isSeed || activeSeeder(torrent) === undefined;
}
