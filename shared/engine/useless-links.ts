/**
 * A torrent that gets nothing while all its links are taken lets go of some whose nodes have nothing for it, for addresses
 * that wait: else fifty siblings that lack a piece kept it from the one node that has it. Looked at by the timer of dials
 * only, so that no link ends while a message of it is handled.
 */
import type { Channel } from './channel.ts';
import { closeChannel } from './channels.ts';
import { dialMore, dialQuestions, roomForLinks } from './dialer.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/** A round of the choker: who has something and room for us has told of it. */
const STARVING_MS = 10_000;
/** Of the links, each time: the last address of a full book has its turn within a quarter of an hour. */
const SHARE = 1 / 10;

/** There is room for no other link: if it goes on like this, some must go. */
export function watchFullLinks({ now, timers }: EngineState, torrent: Torrent): void {
  torrent.fullSince ??= now;
  if (torrent.addresses.waitingCount === 0) return;
  const at = starvesAt(torrent, torrent.fullSince);
  timers.setNoLaterThan({ kind: 'dial', torrent: torrent.infoHash }, at > now ? at : now + STARVING_MS);
}

export function letGoOfUseless(state: EngineState, torrent: Torrent): void {
  const { addresses, fullSince, wantsAnything } = torrent;
  // The web seed may have given all since: then links are for those that want it of us.
  if (!wantsAnything || fullSince === undefined || starvesAt(torrent, fullSince) > state.now) return;
  // Who was let go of may be back by a dial of its own, and is one too many.
  const most = Math.ceil(state.options.maxLinksPerTorrent * SHARE) - roomForLinks(state, torrent);
  for (const channel of mostUseless(state, torrent).slice(0, most)) {
    if (!addresses.isAnyReady(state.now, dialQuestions(state, torrent))) return;
    const { peerId } = channel.node;
    // Before, or the link's end dials it anew; after, for an end of a link that we dialled counts as a success.
    addresses.setAside(peerId, state.now);
    closeChannel(state, channel, 'nothing_wanted');
    addresses.setAside(peerId, state.now);
    dialMore(state, torrent);
  }
}

const starvesAt = ({ lastPeerBlockAt }: Torrent, fullSince: number): number =>
  Math.max(fullSince, lastPeerBlockAt) + STARVING_MS;

/** Strangers first, then who wants nothing of ours, then who is silent longest. A super-seeding origin tells of nothing (RW1). */
function mostUseless({ now }: EngineState, torrent: Torrent): Channel[] {
  return [...torrent.channels.values()]
    .filter(
      ({ wantedCount, outstanding, lastBlockAt, node }) =>
        wantedCount === 0 && outstanding.size === 0 && lastBlockAt + STARVING_MS <= now && !node.isOrigin,
    )
    .sort(
      (a, b) =>
        Number(a.node.isFleet) - Number(b.node.isFleet) ||
        Number(a.peerInterested) - Number(b.peerInterested) ||
        a.lastBlockAt - b.lastBlockAt,
    );
}
