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
import type { InfoHash, LinkId, PeerId } from '../units.ts';
import { MessageDecoder } from '../wire/decoder.ts';
import { encodeHandshake, type Handshake, HandshakeReader } from '../wire/handshake.ts';
import type { Channel } from './channel.ts';
import { addChannel, channelGone } from './channels.ts';
import { nodeChanged } from './choking.ts';
import { addressKey, dialEnded, dialMore, knowAddress } from './dialer.ts';
import { greet } from './greeting.ts';
import type { Address } from './inputs.ts';
import { type Handshaking, Link, type Ready } from './link.ts';
import { onMessage } from './messages.ts';
import { nodeKey, RemoteNode } from './node.ts';
import { joinGroup, leaveGroup } from './node-group.ts';
import type { EngineState } from './state.ts';
import { admitStranger } from './stranger-limits.ts';
import type { Torrent } from './torrent.ts';

/** The extension handshake follows the handshake at once (BEP 10); later than this it is not waited for. */
const INTRODUCTION_TIMEOUT_MS = 3_000;
/** Extended messages and bitfields of others' torrents; our own bitfield is far shorter. */
const MAX_EXTENDED_BYTES = 32_768;

export function linkOpened(
  state: EngineState,
  id: LinkId,
  direction: 'inbound' | 'outbound',
  address: Address,
  wanted: InfoHash | undefined,
): void {
  const torrent = wanted === undefined ? undefined : state.torrents.get(wanted);
  const phase: Handshaking = { name: 'handshaking', reader: new HandshakeReader(), torrent };
  const link = new Link(id, direction, address, phase, state.now);
  link.havesRead = state.haveLog.end;
  state.links.set(id, link);
  const refusal = refuse(state, link, torrent);
  if (refusal !== undefined) {
    closeLink(state, link, refusal);
    return;
  }
  state.timers.set({ kind: 'handshake', link: id }, state.now + state.options.handshakeTimeoutMs);
  if (torrent) sendHandshake(state, link, torrent.infoHash);
}

/** Why a fresh connection is not wanted; undefined when it is. */
function refuse(state: EngineState, link: Link, torrent: Torrent | undefined): string | undefined {
  if (link.direction === 'outbound' && !torrent) return 'torrent_removed';
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
    if (state.links.has(link.id)) onMessage(state, link, ready, message);
  });
}

/** @returns what follows the handshake in these bytes. */
function readHandshake(state: EngineState, link: Link, phase: Handshaking, bytes: Uint8Array): Uint8Array {
  const result = phase.reader.feed(bytes);
  if (!result) return new Uint8Array(0);
  const { handshake } = result;
  const torrent = state.torrentsByWireHash.get(handshake.infoHash);
  if (!torrent || (phase.torrent && torrent !== phase.torrent)) {
    throw new PeerError('handshake_unknown_info_hash', `unknown info-hash ${handshake.infoHash}`);
  }
  if (link.direction === 'outbound') torrent.addresses.identify(link.address, handshake.peerId);
  if (handshake.peerId === state.options.peerId) {
    torrent.addresses.forget(link.address);
    throw new PeerError('handshake_self', 'connected to ourselves');
  }
  if (state.bans.isBanned(handshake.peerId, link.address.ip, state.now)) {
    if (link.direction === 'outbound') torrent.addresses.forget(link.address);
    throw new PeerError('handshake_banned', `node ${handshake.peerId} is banned`);
  }
  makeReady(state, link, torrent, handshake);
  return bytes.subarray(result.consumedBytes);
}

function makeReady(state: EngineState, link: Link, torrent: Torrent, handshake: Handshake): void {
  state.timers.clear({ kind: 'handshake', link: link.id });
  const { peerId } = handshake;
  const isFleet = state.fleet.has(peerId);
  if (!isFleet && state.links.size > state.options.maxLinks - state.options.reservedFleetLinks) {
    throw new PeerError('links_reserved_for_fleet', 'the places left are for nodes of the fleet');
  }
  if (!isFleet) admitStranger(torrent, peerId, link.address.ip);
  const twin = findTwin(torrent, link, peerId);
  if (twin && !replaces(state, link, twin.link, peerId)) {
    throw new PeerError('link_duplicate', `already linked to ${peerId}`);
  }
  if (twin) closeLink(state, twin.link, 'link_duplicate');
  const node = nodeOf(state, peerId, link.address.ip, isFleet);
  if (link.direction === 'outbound') knowAddress(state, link.address, node);
  const bitfieldBytes = 1 + Math.ceil(torrent.geometry.pieceCount / 8);
  const decoder = new MessageDecoder({ maxMessageBytes: Math.max(MAX_EXTENDED_BYTES, bitfieldBytes) });
  const ready: Ready = { name: 'ready', node, decoder, fast: handshake.fast, extended: handshake.extended };
  link.phase = ready;
  link.givesHashes = handshake.v2;
  node.links.add(link);
  const channel = addChannel(state, link, ready, 0, torrent);
  channel.isAhead = link.direction === 'outbound';
  if (link.direction === 'inbound') sendHandshake(state, link, answeringHash(torrent, handshake));
  state.trace({
    type: 'linkReady',
    link: link.id,
    peerId,
    torrent: torrent.infoHash,
    direction: link.direction,
  });
  greet(state, link, ready, channel);
  awaitIntroduction(state, link, ready);
  // There is room for the next dial.
  if (link.direction === 'outbound') dialMore(state, torrent);
  state.timers.set({ kind: 'keepAlive', link: link.id }, state.now + state.options.keepAliveMs);
  state.timers.set({ kind: 'silence', link: link.id }, state.now + state.options.silenceTimeoutMs);
  if (state.options.buggify?.('closeGreeted')) closeLink(state, link, 'buggify');
}

/** Torrents that wait for this link want to know whether it takes channels; a node without BEP 10 never tells. */
function awaitIntroduction(state: EngineState, link: Link, ready: Ready): void {
  if (link.direction === 'inbound') return;
  if (!ready.extended) dialEnded(state, addressKey(link.address));
  else state.timers.set({ kind: 'introduction', link: link.id }, state.now + INTRODUCTION_TIMEOUT_MS);
}

/** The node as other links know it already, or a new one. */
function nodeOf(state: EngineState, peerId: PeerId, ip: string, isFleet: boolean): RemoteNode {
  const standing = state.nodes.get(nodeKey(peerId, ip));
  if (standing) return standing;
  const { minRequests, initialRequests, maxRequests, requestLatencyMs } = state.options;
  const depth = { minRequests, initialRequests, maxRequests, targetLatencyMs: requestLatencyMs };
  const group = joinGroup(state, { key: nodeKey(peerId, ip), ip, isFleet });
  const node = new RemoteNode(peerId, ip, isFleet, group, depth, state.now);
  node.isOrigin = state.fleet.get(peerId)?.isOrigin ?? false;
  group.nodes.add(node);
  state.nodes.set(node.key, node);
  return node;
}

function findTwin(torrent: Torrent, link: Link, peerId: string): Channel | undefined {
  for (const channel of torrent.channels.values()) {
    if (channel.node.peerId === peerId && channel.link !== link) return channel;
  }
  return undefined;
}

/** Both ends decide alike: the link dialled by the smaller peer id stays; of two dialled by one end, the older. */
function replaces(state: EngineState, link: Link, standing: Link, peerId: string): boolean {
  if (link.direction === standing.direction) return false;
  const weAreSmaller = state.options.peerId < peerId;
  return (link.direction === 'outbound') === weAreSmaller;
}

/**
 * BEP 52, upgrade path: who names the v1 info-hash and says that it knows v2 may be answered with the v2 one. It
 * must be: libtorrent 2.0.8 announces a hybrid torrent under both hashes, and when the answer to the second comes
 * while its dial by v1 is under way, it takes nothing but v2 for an answer, and dials again a minute later.
 */
function answeringHash(torrent: Torrent, { infoHash, v2 }: Handshake): InfoHash {
  return v2 ? (torrent.infoHashV2.slice(0, infoHash.length) as InfoHash) : infoHash;
}

function sendHandshake(state: EngineState, link: Link, infoHash: InfoHash): void {
  const { peerId } = state.options;
  state.send(link, encodeHandshake({ infoHash, peerId, fast: true, extended: true, v2: false }));
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
  for (const kind of ['handshake', 'introduction', 'keepAlive', 'silence', 'requests'] as const) {
    state.timers.clear({ kind, link: link.id });
  }
  state.trace({ type: 'linkEnded', link: link.id, reason });
  const torrents = new Set(Array.from(link.channels.values(), (channel) => channel.torrent));
  for (const channel of [...link.channels.values()]) channelGone(state, channel);
  for (const { torrent, address } of link.opening.values()) {
    torrent.addresses.ended(address, false, state.now);
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
  for (const links of [
    state.linksToFill,
    state.linksHeldBack,
    state.idleLinks,
    state.askedLinks,
    state.begunLinks,
  ])
    links.delete(link);
  if (node.links.size === 0) {
    state.nodes.delete(node.key);
    leaveGroup(state, node);
    for (const key of node.addressKeys) state.nodesByAddress.delete(key);
  }
  nodeChanged(state);
}
