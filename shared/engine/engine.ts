/**
 * The BitTorrent engine as a machine without I/O: `step(input, now)` takes one thing that happened and answers
 * what is to be done and when to call again. The same inputs at the same times with the same random source give
 * the same actions, over TCP, over simulated links, or in a replay.
 *
 * One step: handle the input, fire what is due, let channels with free room ask for blocks, send what gathered.
 */
import { invariant, unreachable } from '../errors.ts';
import type { InfoHash, LinkId } from '../units.ts';
import { encodeKeepAlive } from '../wire/encode.ts';
import type { StepResult } from './actions.ts';
import type { Channel } from './channel.ts';
import { closeChannel } from './channels.ts';
import { giveFreeSlots, runChokingRound, runOptimisticRound } from './choking.ts';
import { closeLink, linkData, linkGone, linkOpened } from './connections.ts';
import {
  addressKey,
  announce,
  announced,
  announceFailed,
  dialEnded,
  dialFailed,
  dialMore,
  peersFound,
} from './dialer.ts';
import { hashesRead } from './hash-exchange.ts';
import { sendDueHaves, sendHaves } from './haves.ts';
import type { EngineInput } from './inputs.ts';
import { askLate, requestTimer } from './late-requests.ts';
import type { Link } from './link.ts';
import type { RemoteNode } from './node.ts';
import { joinGroup, leaveGroup } from './node-group.ts';
import type { EngineOptions } from './options.ts';
import { closeQuiet } from './quiet-channels.ts';
import { fillLink, fillRequests } from './requests.ts';
import { type EngineCounters, EngineState } from './state.ts';
import { superSeedTimer } from './super-deadlines.ts';
import { pupilLeft, startOffering } from './super-seeding.ts';
import type { TimerName } from './timers.ts';
import { Torrent } from './torrent.ts';
import { linkDrained, uplinkIdle } from './uplink.ts';
import { blockRead, serve } from './upload.ts';
import { leavesFound, pieceHashed, piecesLost, pieceWritten } from './verification.ts';
import { readerLeft, readerWants, setWant, wantingChanged } from './wanting.ts';
import { checkWebSeed, webSeedEnded, webSeedPiece } from './web-seed.ts';

export interface Engine {
  /** @param now milliseconds of a clock that never goes back */
  step(input: EngineInput, now: number): StepResult;
  readonly counters: Readonly<EngineCounters>;
  /** Distinct nodes with a ready link. */
  readonly nodeCount: number;
  readonly linkCount: number;
  /** Torrents in use on links. */
  readonly channelCount: number;
}

export function createEngine(options: EngineOptions): Engine {
  const state = new EngineState(options);
  return {
    counters: state.counters,
    get nodeCount() {
      return state.nodes.size;
    },
    get channelCount() {
      return state.channels.size;
    },
    get linkCount() {
      return state.links.size;
    },
    step(input, now) {
      invariant(now >= state.now, 'time never goes back');
      state.now = now;
      handle(state, input);
      for (let due = state.timers.takeDue(now); due; due = state.timers.takeDue(now)) fire(state, due);
      if (state.slotsMayBeFree) giveFreeSlots(state);
      fillFreed(state);
      restQuiet(state);
      for (const link of state.linksToFlush) sendHaves(state, link);
      state.flush();
      const { actions } = state;
      state.actions = [];
      return { actions, wakeAt: state.timers.nextAt() };
    },
  };
}

function handle(state: EngineState, input: EngineInput): void {
  switch (input.type) {
    case 'tick':
      return;
    case 'fleet':
      return setFleet(state, input);
    case 'setTrace':
      state.isTracing = input.on;
      return;
    case 'addTorrent':
      return addTorrent(state, input);
    case 'linkOpened':
      return linkOpened(state, input.link, input.direction, input.address, input.torrent);
    case 'linkData':
    case 'linkSent':
    case 'linkClosed':
    case 'hashesRead':
      return handleLink(state, input);
    case 'blockRead':
      handleLink(state, input);
      if (!input.bytes) pieceUnreadable(state, input);
      return;
    default:
      return handleTorrent(state, input);
  }
}

/** Inputs about a link that is gone, or a torrent that was removed, come late and mean nothing any more. */
function handleLink(
  state: EngineState,
  input: Extract<EngineInput, { type: 'linkData' | 'linkSent' | 'linkClosed' | 'blockRead' | 'hashesRead' }>,
): void {
  const link = state.links.get(input.link);
  if (!link) return;
  switch (input.type) {
    case 'linkData':
      return linkData(state, link, input.bytes);
    case 'linkSent':
      link.unsentBytes -= input.bytes;
      return linkSent(state, link);
    case 'linkClosed':
      return linkGone(state, link, input.reason);
    case 'blockRead':
      return blockReadFor(state, link, input);
    case 'hashesRead':
      return hashesRead(state, link, channelFor(state, link, input.torrent), input);
    default:
      return unreachable(input);
  }
}

/** The link may have more now, and perhaps one that comes after it. */
function linkSent(state: EngineState, link: Link): void {
  serve(state, link);
  serveWaiting(state, linkDrained(state, link));
}

/** What the first that waits wanted may be off by now: then it is the next one's turn, or nobody would wake that one. */
function serveWaiting(state: EngineState, first: Link | undefined): void {
  for (let next = first; next && !serve(state, next); next = uplinkIdle(state)) {}
}

type BlockRead = Extract<EngineInput, { type: 'blockRead' }>;

function blockReadFor(state: EngineState, link: Link, input: BlockRead): void {
  const channel = channelFor(state, link, input.torrent);
  if (channel) blockRead(state, channel, input.piece, input.beginBytes, input.bytes);
}

/** Who asked for the block may be gone; the piece is missing all the same. */
function pieceUnreadable(state: EngineState, { torrent: infoHash, piece }: BlockRead): void {
  const torrent = state.torrents.get(infoHash);
  if (torrent?.held.has(piece)) piecesLost(state, torrent, [piece]);
}

function channelFor(state: EngineState, link: Link, infoHash: InfoHash): Channel | undefined {
  const torrent = state.torrents.get(infoHash);
  return torrent && link.channelOf.get(torrent);
}

type TorrentInput = Exclude<
  EngineInput,
  {
    type:
      | 'tick'
      | 'fleet'
      | 'setTrace'
      | 'addTorrent'
      | 'linkOpened'
      | 'linkData'
      | 'linkSent'
      | 'linkClosed'
      | 'blockRead'
      | 'hashesRead';
  }
>;

function handleTorrent(state: EngineState, input: TorrentInput): void {
  const torrent = state.torrents.get(input.torrent);
  if (!torrent) return;
  switch (input.type) {
    case 'removeTorrent':
      return removeTorrent(state, torrent);
    case 'setWant':
      return setWant(state, torrent, input.want);
    case 'readerWants':
      return readerWants(state, torrent, input.reader, input.pieces);
    case 'readerLeft':
      return readerLeft(state, torrent, input.reader);
    case 'peersFound':
      return peersFound(state, torrent, input.addresses);
    case 'announced':
      return announced(state, torrent, input.addresses, input.intervalMs);
    case 'announceFailed':
      return announceFailed(state, torrent, input.retryMs);
    case 'dialFailed':
      return dialFailed(state, torrent, input.address);
    case 'pieceHashed':
      return pieceHashed(state, torrent, input.piece, input.verdict, input.leaves);
    case 'hashesChecked':
      return leavesFound(state, torrent, input.piece, input.leaves);
    case 'pieceWritten':
      return pieceWritten(state, torrent, input.piece, input.ok);
    case 'piecesLost':
      return piecesLost(state, torrent, input.pieces);
    case 'webSeedPiece':
      return webSeedPiece(state, torrent, input.piece, input.bytes);
    case 'webSeedEnded':
      return webSeedEnded(state, torrent, input.fetch, input.ok);
    default:
      return unreachable(input);
  }
}

function setFleet(state: EngineState, input: Extract<EngineInput, { type: 'fleet' }>): void {
  state.fleet.clear();
  for (const { peerId, isOrigin } of input.nodes) state.fleet.set(peerId, { isOrigin });
  for (const node of state.nodes.values()) {
    const known = state.fleet.get(node.peerId);
    node.isOrigin = known?.isOrigin ?? false;
    regroup(state, node, known !== undefined);
  }
}

/** A stranger was taken into the fleet, or a node of the fleet left it: it counts with others now. */
function regroup(state: EngineState, node: RemoteNode, isFleet: boolean): void {
  if (node.isFleet === isFleet) return;
  const channels = [...node.links].flatMap((link) => [...link.channels.values()]);
  for (const channel of channels) pupilLeft(state, channel);
  leaveGroup(state, node);
  node.isFleet = isFleet;
  node.group = joinGroup(state, node);
  node.group.nodes.add(node);
  for (const channel of channels) startOffering(state, channel);
}

function addTorrent(state: EngineState, input: Extract<EngineInput, { type: 'addTorrent' }>): void {
  invariant(!state.torrents.has(input.torrent), 'a torrent is added once');
  const torrent = new Torrent(input, state);
  state.torrents.set(torrent.infoHash, torrent);
  for (const hash of wireHashes(torrent)) state.torrentsByWireHash.set(hash, torrent);
  announce(state, torrent, 'started');
  if (torrent.wantsAnything) wantingChanged(state, torrent, true);
}

function removeTorrent(state: EngineState, torrent: Torrent): void {
  for (const channel of [...torrent.channels.values()]) closeChannel(state, channel, 'torrent_removed');
  for (const link of [...state.links.values()]) {
    if (link.phase.name === 'handshaking' && link.phase.torrent === torrent)
      closeLink(state, link, 'torrent_removed');
  }
  if (torrent.webSeed?.fetch) state.emit({ type: 'cancelWebSeedFetch', fetch: torrent.webSeed.fetch.number });
  for (const checked of torrent.checking.values()) state.unwrittenBytes -= checked.bytes.length;
  announce(state, torrent, 'stopped');
  for (const kind of ['announce', 'dial', 'webSeed'] as const) {
    state.timers.clear({ kind, torrent: torrent.infoHash });
  }
  state.wantingTorrents.delete(torrent);
  state.torrents.delete(torrent.infoHash);
  for (const hash of wireHashes(torrent)) state.torrentsByWireHash.delete(hash);
}

function wireHashes(torrent: Torrent): readonly string[] {
  return [torrent.infoHash, torrent.infoHashV2.slice(0, torrent.infoHash.length)];
}

function fire(state: EngineState, timer: TimerName): void {
  if ('link' in timer) return fireLink(state, timer.kind, timer.link);
  if ('torrent' in timer) return fireTorrent(state, timer.kind, timer.torrent);
  if (timer.kind === 'lateRequests') return askLate(state);
  if (timer.kind === 'haves') return sendDueHaves(state);
  if (timer.kind === 'superSeed') return superSeedTimer(state);
  if (timer.kind === 'quietChannels') return closeQuiet(state);
  if (timer.kind === 'uplink') return serveWaiting(state, uplinkIdle(state));
  return timer.kind === 'chokingRound' ? runChokingRound(state) : runOptimisticRound(state);
}

function fireLink(state: EngineState, kind: string, id: LinkId): void {
  const link = state.links.get(id) as Link;
  const { now, options, timers } = state;
  if (kind === 'handshake') return closeLink(state, link, 'handshake_timeout');
  if (link.phase.name !== 'ready') return;
  if (kind === 'requests') return requestTimer(state, link);
  if (kind === 'introduction') return dialEnded(state, addressKey(link.address));
  // Keep-alive and silence look when something was last sent or received, so no message need move a timer.
  if (kind === 'keepAlive') {
    if (now - link.lastSentAt >= options.keepAliveMs) state.send(link, encodeKeepAlive());
    const sentAt = now - link.lastSentAt >= options.keepAliveMs ? now : link.lastSentAt;
    timers.set({ kind, link: id }, sentAt + options.keepAliveMs);
    return;
  }
  const silentAt = link.lastReceivedAt + options.silenceTimeoutMs;
  if (silentAt <= now) closeLink(state, link, 'silent');
  else timers.set({ kind: 'silence', link: id }, silentAt);
}

function fireTorrent(state: EngineState, kind: string, infoHash: InfoHash): void {
  const torrent = state.torrents.get(infoHash) as Torrent;
  if (kind === 'announce') announce(state, torrent, 'periodic');
  else if (kind === 'dial') dialMore(state, torrent);
  else checkWebSeed(state, torrent);
}

/** Filling a link may take blocks from another and free that one: what comes up meanwhile has its turn as well. */
function fillFreed(state: EngineState): void {
  for (const torrent of state.torrentsToFill) {
    for (const channel of torrent.channels.values()) fillRequests(state, channel);
  }
  clear(state.torrentsToFill);
  if (state.unwrittenBytes <= state.options.maxUnwrittenBytes) {
    for (const link of state.linksHeldBack) state.linksToFill.add(link);
    clear(state.linksHeldBack);
  }
  for (const link of state.linksToFill) if (state.links.has(link.id)) fillLink(state, link);
  clear(state.linksToFill);
}

function restQuiet(state: EngineState): void {
  for (const torrent of state.torrentsToRest) torrent.rest();
  clear(state.torrentsToRest);
}

/** V8 makes a new table whenever a set is cleared, an empty one too; these are empty after most steps. */
function clear(set: Set<unknown>): void {
  if (set.size > 0) set.clear();
}
