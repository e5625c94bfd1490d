/** From the other side's handshake to a link in use: who it is, whether it may stay, and what is said first. */
import { PeerError } from '../errors.ts';
import type { InfoHash, PeerId } from '../units.ts';
import { MessageDecoder } from '../wire/decoder.ts';
import { encodeUnchoke } from '../wire/encode.ts';
import { encodeHandshake, type Handshake } from '../wire/handshake.ts';
import { addressKey } from './address-key.ts';
import type { Channel } from './channel.ts';
import { addChannel } from './channels.ts';
import { closeLink } from './connections.ts';
import { dialEnded, dialMore, knowAddress } from './dialer.ts';
import { greet, introduceOurselves } from './greeting.ts';
import type { Handshaking, Link, Ready } from './link.ts';
import { nodeKey, RemoteNode } from './node.ts';
import { joinGroup } from './node-group.ts';
import type { EngineState } from './state.ts';
import { admitStranger } from './stranger-limits.ts';
import type { Torrent } from './torrent.ts';

/** The extension handshake follows the handshake at once (BEP 10); later than this it is not waited for. */
const INTRODUCTION_TIMEOUT_MS = 3_000;
/** Extended messages and bitfields of others' torrents; our own bitfield is far shorter. */
const MAX_EXTENDED_BYTES = 32_768;

export function makeReady(state: EngineState, link: Link, torrent: Torrent, handshake: Handshake): void {
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
  const ready = readyLink(state, link, handshake, 1 + Math.ceil(torrent.geometry.pieceCount / 8));
  const channel = addChannel(state, link, ready, 0, torrent);
  channel.isAhead = link.direction === 'outbound';
  if (link.direction === 'inbound') sendHandshake(state, link, answeringHash(torrent, handshake));
  greet(state, link, ready, channel);
  awaitIntroduction(state, link, ready);
  keepWatch(state, link);
  // There is room for the next dial.
  if (link.direction === 'outbound') dialMore(state, torrent);
  if (state.options.buggify?.('closeGreeted')) closeLink(state, link, 'buggify');
}

/** CH12, CH14: a sibling that dialled, or was, for a torrent that we lack is welcome for others. */
export function mayStandAlone(
  state: EngineState,
  link: Link,
  phase: Handshaking,
  handshake: Handshake,
): boolean {
  const { peerId, extended } = handshake;
  if (phase.torrent || !extended || !state.fleet.has(peerId) || peerId === state.options.peerId) return false;
  return !state.bans.isBanned(peerId, link.address.ip, state.now);
}

/** A link without channels; channel 0 is closed as soon as we know how (introduction.ts). */
export function standAlone(state: EngineState, link: Link, handshake: Handshake): void {
  state.timers.clear({ kind: 'handshake', link: link.id });
  const ready = readyLink(state, link, handshake, 0);
  if (link.direction === 'inbound') sendHandshake(state, link, handshake.infoHash);
  introduceOurselves(state, link);
  if (ready.node.isUnchoked) state.send(link, encodeUnchoke());
  awaitIntroduction(state, link, ready);
  keepWatch(state, link);
}

function readyLink(state: EngineState, link: Link, handshake: Handshake, bitfieldBytes: number): Ready {
  const { peerId, fast, extended, v2 } = handshake;
  const node = nodeOf(state, peerId, link.address.ip, state.fleet.has(peerId));
  if (link.direction === 'outbound') knowAddress(state, link.address, node);
  const decoder = new MessageDecoder({ maxMessageBytes: Math.max(MAX_EXTENDED_BYTES, bitfieldBytes) });
  const ready: Ready = { name: 'ready', node, decoder, fast, extended };
  link.phase = ready;
  link.givesHashes = v2;
  node.links.add(link);
  state.haveTurns.join(link, state.haveLog.end);
  state.trace({ type: 'linkReady', link: link.id, peerId, direction: link.direction });
  if (node.isUnchoked) state.trace({ type: 'unchoked', link: link.id, peerId });
  return ready;
}

function keepWatch({ timers, now, options }: EngineState, link: Link): void {
  timers.set({ kind: 'keepAlive', link: link.id }, now + options.keepAliveMs);
  timers.set({ kind: 'silence', link: link.id }, now + options.silenceTimeoutMs);
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

export function sendHandshake(state: EngineState, link: Link, infoHash: InfoHash): void {
  const { peerId } = state.options;
  state.send(link, encodeHandshake({ infoHash, peerId, fast: true, extended: true, v2: false }));
}
