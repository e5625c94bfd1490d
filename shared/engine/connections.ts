/**
 * The life of a link: opened, handshake, ready, closed.
 *
 *   inbound:  wait for their handshake -> find its torrent -> answer -> ready
 *   outbound: send ours -> wait for theirs -> same torrent? -> ready
 *
 * A link that is not ready after the handshake time is closed. Of two links between the same two nodes for one
 * torrent the one dialled by the smaller peer id stays, so that both ends close the same one.
 */
import { PeerError } from '../errors.ts';
import type { InfoHash, LinkId } from '../units.ts';
import { HandshakeReader } from '../wire/handshake.ts';
import { addressKey } from './address-key.ts';
import { channelGone } from './channels.ts';
import { nodeChanged } from './choking.ts';
import { dialEnded, dialMore } from './dialer.ts';
import { fillOthers } from './given-up-requests.ts';
import type { Address } from './inputs.ts';
import { forgetKept } from './kept-channels.ts';
import { type Handshaking, Link, type Ready } from './link.ts';
import { onMessage } from './messages.ts';
import type { RemoteNode } from './node.ts';
import { leaveGroup } from './node-group.ts';
import { makeReady, mayStandAlone, sendHandshake, standAlone } from './ready-links.ts';
import type { EngineState } from './state.ts';
import { traceReceived } from './wire-trace.ts';

export function linkOpened(
  state: EngineState,
  id: LinkId,
  direction: 'inbound' | 'outbound',
  address: Address,
  wanted: InfoHash | undefined,
): void {
  const torrent = wanted === undefined ? undefined : state.torrents.get(wanted);
  const phase: Handshaking = { name: 'handshaking', reader: new HandshakeReader(), torrent };
  const link = new Link(id, direction, address, phase, state.now, state.options.pieceOrder);
  state.links.set(id, link);
  state.trace({ type: 'linkOpened', link: id, direction });
  const isMet =
    !torrent && direction === 'outbound' && state.dials.get(addressKey(address))?.isMeeting === true;
  const greetedFor = torrent || isMet ? wanted : undefined;
  const refusal = refuse(state, link, greetedFor);
  if (refusal !== undefined) {
    closeLink(state, link, refusal);
    return;
  }
  state.timers.set({ kind: 'handshake', link: id }, state.now + state.options.handshakeTimeoutMs);
  if (greetedFor !== undefined) sendHandshake(state, link, greetedFor);
}

/** Why a fresh connection is not wanted; undefined when it is. */
function refuse(state: EngineState, link: Link, greetedFor: InfoHash | undefined): string | undefined {
  if (link.direction === 'outbound' && greetedFor === undefined) return 'torrent_removed';
  if (state.bans.isAddressBanned(link.address.ip, state.now)) return 'banned';
  if (state.links.size > state.options.maxLinks) return 'too_many_links';
  return undefined;
}

export function linkData(state: EngineState, link: Link, bytes: Uint8Array): void {
  link.lastReceivedAt = state.now;
  if (link.unsentBytes > state.options.maxUnsentBytes) {
    closeLink(state, link, 'peer_reads_nothing');
    return;
  }
  try {
    const rest = link.phase.name === 'handshaking' ? readHandshake(state, link, link.phase, bytes) : bytes;
    if (rest.length > 0 && link.phase.name === 'ready') feed(state, link, link.phase, rest);
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    closeLink(state, link, error.code);
  }
}

function feed(state: EngineState, link: Link, ready: Ready, bytes: Uint8Array): void {
  ready.decoder.feed(bytes, (message) => {
    // A message may end the link; what follows it in the same chunk is nobody's then.
    if (!state.links.has(link.id)) return;
    if (state.isTracing) traceReceived(state, link, message);
    onMessage(state, link, ready, message);
  });
}

/** @returns what follows the handshake in these bytes. */
function readHandshake(state: EngineState, link: Link, phase: Handshaking, bytes: Uint8Array): Uint8Array {
  const result = phase.reader.feed(bytes);
  if (!result) return new Uint8Array(0);
  if (state.isTracing) traceReceived(state, link, 'handshake');
  const { handshake } = result;
  const torrent = state.torrentsByWireHash.get(handshake.infoHash);
  if (!torrent && mayStandAlone(state, link, phase, handshake)) {
    standAlone(state, link, handshake);
    return bytes.subarray(result.consumedBytes);
  }
  if (!torrent || (phase.torrent && torrent !== phase.torrent)) {
    throw new PeerError('handshake_unknown_info_hash', `unknown info-hash ${handshake.infoHash}`);
  }
  if (link.direction === 'outbound') torrent.addresses.identify(link.address, handshake.peerId);
  if (handshake.peerId === state.options.peerId) {
    torrent.addresses.forget(link.address);
    throw new PeerError('handshake_self', 'connected to ourselves');
  }
  if (state.bans.isBanned(handshake.peerId, link.address.ip, state.now)) {
    if (link.direction === 'outbound') state.bans.met(handshake.peerId, link.address, state.now);
    throw new PeerError('handshake_banned', `node ${handshake.peerId} is banned`);
  }
  makeReady(state, link, torrent, handshake);
  return bytes.subarray(result.consumedBytes);
}

/** Ends a link from our side, and tells the host. */
export function closeLink(state: EngineState, link: Link, reason: string): void {
  if (!state.links.has(link.id)) return;
  state.flush();
  state.emit({ type: 'close', link: link.id, reason });
  linkGone(state, link, reason);
}

/** The link is no more: what it was to do is given to others. */
export function linkGone(state: EngineState, link: Link, reason: string): void {
  state.links.delete(link.id);
  for (const kind of [
    'handshake',
    'introduction',
    'keepAlive',
    'silence',
    'requests',
    'hashesFirst',
  ] as const) {
    state.timers.clear({ kind, link: link.id });
  }
  state.trace({ type: 'linkEnded', link: link.id, reason });
  const torrents = new Set(Array.from(link.channels.values(), (channel) => channel.torrent));
  for (const channel of [...link.channels.values()]) channelGone(state, channel);
  for (const kept of link.kept.values()) forgetKept(state, kept);
  for (const { torrent, address } of link.opening.values()) {
    torrent.addresses.ended(address, false, state.now);
    torrents.add(torrent);
  }
  for (const { torrent, address } of link.waiting) {
    torrent.addresses.release(address);
    torrents.add(torrent);
  }
  const { phase } = link;
  if (phase.name === 'ready') forgetLink(state, link, phase.node);
  else if (phase.torrent) torrents.add(phase.torrent);
  if (link.direction === 'outbound') {
    for (const torrent of torrents) torrent.addresses.ended(link.address, phase.name === 'ready', state.now);
    dialEnded(state, addressKey(link.address));
  }
  for (const torrent of torrents) dialMore(state, torrent);
}

function forgetLink(state: EngineState, link: Link, node: RemoteNode): void {
  node.links.delete(link);
  node.hungry.delete(link);
  state.uplink.forget(link);
  state.haveTurns.leave(link);
  for (const links of [
    state.linksHeldBack,
    state.idleLinks,
    state.askedLinks,
    state.begunLinks,
    state.crowdedLinks,
  ])
    links.delete(link);
  if (node.links.size === 0) {
    state.nodes.delete(node.key);
    leaveGroup(state, node);
    for (const key of node.addressKeys) state.nodesByAddress.delete(key);
  } else {
    // The look that would have let it be tried again was this link's.
    node.mayProbe = true;
    fillOthers(state, node, link);
  }
  nodeChanged(state);
}
