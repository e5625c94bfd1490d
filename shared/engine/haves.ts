/**
 * Telling others of new pieces. A HAVE of nine bytes costs both sides a packet, a wake-up and a system call when it
 * travels alone, and a node with eight links tells each piece eight times: in a swarm of small pieces that is most of
 * what a node does. So the first HAVE after a pause leaves at once, and those after it wait a little, or for
 * anything else that goes out on the link.
 *
 * A node of the fleet is not told of what it has: half of all HAVEs would say to one that has the piece that another
 * has it too. When it loses the piece it says so, and is told then (dont-have.ts).
 */
import type { PieceIndex } from '../units.ts';
import { encodeHaves } from '../wire/channels.ts';
import type { Channel } from './channel.ts';
import type { Link } from './link.ts';
import type { EngineState } from './state.ts';

/** Half the time after which super-seeding would think that a node sits on its pieces. */
const MAX_HOLD_MS = 350;
/**
 * The origin hears of each piece from each node, and acknowledges each packet on the uplink that counts most. What it
 * waits for is told at once anyway.
 */
const ORIGIN_HOLD_MS = 250;

/** A piece that the other side of a channel is to hear of. */
export interface UntoldHave {
  readonly channel: Channel;
  readonly piece: PieceIndex;
}

/**
 * The other side needs no word of pieces that it has. An origin wants to hear of all: so it learns what has spread
 * (BEP 16); and of strangers it is not known what they make of our HAVEs.
 */
export function skipsKnown({ node, fast }: Channel): boolean {
  return fast && node.isFleet && !node.isOrigin;
}

/**
 * We have the piece; says so now, or soon.
 * @param isAwaited the other side waits to hear of it
 */
export function tellHave(state: EngineState, channel: Channel, piece: PieceIndex, isAwaited: boolean): void {
  const { link } = channel;
  const isFirst = link.untoldHaves.length === 0;
  link.untoldHaves.push({ channel, piece });
  const dueAt = isAwaited ? state.now : link.lastHaveAt + holdMs(state, channel);
  if (dueAt <= state.now) sendHaves(state, link);
  else if (isFirst) state.timers.set({ kind: 'haves', link: link.id }, dueAt);
}

/** Where a block takes a second to come, its HAVE need not hurry; and each alone would cost the other side an ACK. */
function holdMs({ options, blockLatencyMs }: EngineState, { node }: Channel): number {
  const least = node.isOrigin ? ORIGIN_HOLD_MS : options.haveHoldMs;
  return Math.max(least, Math.min(blockLatencyMs / 2, MAX_HOLD_MS));
}

/** Puts what waits into the link's outbox. A piece that was lost meanwhile, or whose channel ended, is not told. */
export function sendHaves(state: EngineState, link: Link): void {
  if (link.untoldHaves.length === 0) return;
  link.lastHaveAt = state.now;
  const current = link.untoldHaves
    .splice(0)
    .filter(
      ({ channel, piece }) =>
        link.channels.get(channel.number) === channel &&
        channel.torrent.held.has(piece) &&
        !(channel.has.has(piece) && skipsKnown(channel)),
    );
  if (current.length > 0) state.send(link, encodeHaves(link.channelsId, current));
}
