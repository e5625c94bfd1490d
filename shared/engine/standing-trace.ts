/** How things stand when somebody begins to look: told in events as if all had just happened. */

import { traceRequested } from './block-trace.ts';
import type { Channel } from './channel.ts';
import type { Link } from './link.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import { traceChannel } from './wire-trace.ts';

export function traceTorrent(state: EngineState, torrent: Torrent): void {
  const { infoHash, held, wantsAll } = torrent;
  state.trace({
    type: 'torrentAdded',
    torrent: infoHash,
    held: held.clone(),
    want: wantsAll ? 'all' : 'none',
  });
}

/** Torrents that no link speaks about are not told of: an origin has ten thousand, and each comes up when it matters. */
export function traceStanding(state: EngineState): void {
  state.trace({ type: 'standingBegins' });
  const busy = new Set(state.wantingTorrents);
  for (const { torrent } of state.channels.values()) busy.add(torrent);
  for (const torrent of busy) traceTorrent(state, torrent);
  for (const link of state.links.values()) traceLink(state, link);
  const optimistic = state.optimisticNode === undefined ? undefined : state.nodes.get(state.optimisticNode);
  if (optimistic) state.trace({ type: 'optimistic', peerId: optimistic.peerId });
  state.trace({ type: 'standingTold' });
}

function traceLink(state: EngineState, link: Link): void {
  const { id, direction, phase } = link;
  state.trace({ type: 'linkOpened', link: id, direction });
  if (phase.name !== 'ready') return;
  const { node } = phase;
  const on = { link: id, peerId: node.peerId };
  state.trace({ type: 'linkReady', ...on, direction });
  for (const channel of link.channels.values()) traceChannelStanding(state, channel);
  if (node.isUnchoked) state.trace({ type: 'unchoked', ...on });
  if (!link.isChokedBy) state.trace({ type: 'unchokedBy', ...on });
  if (node.isSnubbing) state.trace({ type: 'snubbed', ...on });
}

function traceChannelStanding(state: EngineState, channel: Channel): void {
  const { link, node, torrent } = channel;
  const on = { link: link.id, peerId: node.peerId, torrent: torrent.infoHash };
  traceChannel(state, 'channelOpened', channel);
  if (channel.amInterested) state.trace({ type: 'interested', ...on });
  if (channel.peerInterested) state.trace({ type: 'interestedBy', ...on });
  for (const { piece, blockIndex, isGift } of channel.outstanding.values())
    traceRequested(state, channel, piece, torrent.geometry.block(piece, blockIndex).beginBytes, isGift);
}
