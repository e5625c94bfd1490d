/** From a piece that failed to the node that lied, and out with it (smart ban, threat row 3). */
import { equalBytes } from '../bytes.ts';
import type { PeerId } from '../units.ts';
import { closeLink } from './connections.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import type { FailedPiece } from './torrent-activity.ts';
import { webSeedLied } from './web-seed.ts';

const LEAF_BYTES = 32;

/** The true leaves are known now: whoever sent a block with another leaf lied. */
export function convict(
  state: EngineState,
  torrent: Torrent,
  attempts: readonly FailedPiece[],
  trueLeaves: Uint8Array,
): void {
  const liars = new Set<string | undefined>();
  for (const { senders, leaves } of attempts) {
    senders.forEach((sender, block) => {
      const at = block * LEAF_BYTES;
      const isTrue = equalBytes(
        leaves.subarray(at, at + LEAF_BYTES),
        trueLeaves.subarray(at, at + LEAF_BYTES),
      );
      if (!isTrue) liars.add(sender.nodeKey);
    });
  }
  for (const liar of liars) convictSender(state, torrent, liar);
}

export function convictSender(state: EngineState, torrent: Torrent, key: string | undefined): void {
  if (key === undefined) webSeedLied(state, torrent);
  else banNode(state, key, 'piece_hash_wrong');
}

/** Ends all links of the node, on every torrent, and lets it back no more for the time of the ban. */
function banNode(state: EngineState, key: string, code: string): void {
  const at = key.indexOf('@');
  const peerId = key.slice(0, at) as PeerId;
  const ip = key.slice(at + 1);
  // Several of its pieces may be with the hasher: each wrong one comes here, and the ban is told once.
  const isNew = !state.bans.isBanned(peerId, ip, state.now);
  state.counters.bans++;
  state.bans.add(peerId, ip, state.now);
  if (isNew) {
    state.emit({ type: 'nodeBanned', peerId, ip, code });
    state.trace({ type: 'banned', peerId, ip, code });
  }
  const node = state.nodes.get(key);
  for (const link of node ? [...node.links] : []) {
    if (link.direction === 'outbound') state.bans.met(peerId, link.address, state.now);
    closeLink(state, link, 'banned');
  }
}
