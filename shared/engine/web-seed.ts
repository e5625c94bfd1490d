/** Carries the web-seed policy out: one fetch per torrent at a time, whole pieces, checked like any other. */
import { WEB_SEED } from '../picker/partial-piece.ts';
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import { dialMore } from './dialer.ts';
import { bufferOf } from './download.ts';
import { cancelRequest } from './given-up-requests.ts';
import { noteLate, patience } from './late-nodes.ts';
import { contest, countRaced, leaveToSettle, settle } from './races.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';
import { askUntold } from './untold-pieces.ts';
import { pieceArrived } from './verification.ts';
import { decide } from './web-seed-decision.ts';
import type { WebSeedDecision } from './web-seed-policy.ts';
import type { WebSeedState } from './web-seed-state.ts';

/** After a failed fetch: doubling from here, up to the limit. */
const RETRY_MS = 250;
const MAX_RETRY_MS = 30_000;

/** Looks whether the web seed should be asked now, or when to look again. */
export function checkWebSeed(state: EngineState, torrent: Torrent): void {
  const { webSeed } = torrent;
  if (!webSeed) return;
  settle(state, torrent, webSeed);
  if (!torrent.wantsAnything) return;
  const timer = { kind: 'webSeed', torrent: torrent.infoHash } as const;
  if (webSeed.retryAt > state.now) {
    state.timers.set(timer, webSeed.retryAt);
    return;
  }
  const sharedAt = shareLateFetch(state, torrent, webSeed);
  if (sharedAt !== undefined) state.timers.set(timer, sharedAt);
  const decision = decide(state, torrent);
  if (decision.type === 'wait') {
    state.fetchLine.leave(torrent);
    if (Number.isFinite(decision.until)) state.timers.setNoLaterThan(timer, decision.until);
    return;
  }
  if (webSeed.fetch) {
    // Readers go before the background; a reader's own fetch runs to its end first.
    if (webSeed.fetch.forReader || !decision.forReader) return;
    callOff(state, torrent, webSeed);
  }
  const askedAt = decision.forReader ? state.fetchLine.enter(torrent, state.now) : state.now;
  if (askedAt !== undefined) startFetch(state, torrent, webSeed, decision, askedAt);
}

/** There may be room for those in line. */
export function checkWaiting(state: EngineState): void {
  const { fetchLine } = state;
  for (let torrent = fetchLine.next(); torrent; torrent = fetchLine.next()) {
    if (state.torrents.get(torrent.infoHash) === torrent) checkWebSeed(state, torrent);
    fetchLine.leave(torrent);
  }
}

function startFetch(
  state: EngineState,
  torrent: Torrent,
  webSeed: WebSeedState,
  decision: Extract<WebSeedDecision, { type: 'fetch' }>,
  askedAt: number,
): void {
  const { firstPiece, pieceCount, forReader } = decision;
  const pieces = new Set<PieceIndex>();
  for (let i = 0; i < pieceCount; i++) pieces.add((firstPiece + i) as PieceIndex);
  if (forReader) noteLate(state, torrent, pieces);
  const contested = forReader ? contest(state, torrent, webSeed, pieces) : new Map();
  for (const piece of pieces) torrent.picker.takeWhole(piece, WEB_SEED, state.now);
  const number = state.nextFetch++;
  webSeed.fetch = { number, pieces, forReader, startedAt: state.now, contested, isShared: false };
  if (forReader) {
    state.hedge.asked(number, askedAt);
    const timer = { kind: 'webSeed', torrent: torrent.infoHash } as const;
    state.timers.set(timer, state.now + patience(state));
  }
  const { infoHash } = torrent;
  state.trace({ type: 'webSeedAsked', torrent: infoHash, piece: firstPiece, count: pieceCount });
  state.emit({ type: 'fetchFromWebSeed', torrent: infoHash, fetch: number, firstPiece, pieceCount });
}

/** The web seed takes longer than it should: peers that have its pieces are asked for them as well. */
function shareLateFetch(state: EngineState, torrent: Torrent, { fetch }: WebSeedState): number | undefined {
  if (!fetch?.forReader || fetch.isShared) return undefined;
  const lateAt = fetch.startedAt + patience(state);
  if (lateAt > state.now) return lateAt;
  fetch.isShared = true;
  for (const piece of fetch.pieces) releasePiece(torrent, piece);
  return undefined;
}

export function webSeedPiece(
  state: EngineState,
  torrent: Torrent,
  piece: PieceIndex,
  bytes: Uint8Array,
): void {
  const fetch = torrent.webSeed?.fetch;
  fetch?.pieces.delete(piece);
  if (fetch) state.hedge.answered(fetch.number, true, state.now);
  if (torrent.picker.isAwaited(piece)) state.hedge.budget.served(bytes.length);
  state.counters.fromWebSeedBytes += bytes.length;
  state.trace({ type: 'webSeedPiece', torrent: torrent.infoHash, piece, bytes: bytes.length });
  if (bytes.length !== torrent.geometry.contentLength(piece)) return;
  for (let block = 0; block < torrent.geometry.blockCount(piece); block++) {
    const taken = torrent.picker.receive(WEB_SEED, piece, block);
    const at = block * BLOCK_BYTES;
    const blockBytes = bytes.subarray(at, at + BLOCK_BYTES);
    if (!taken) {
      torrent.picker.release(WEB_SEED, piece, block);
      state.counters.wastedBytes += blockBytes.length;
      countRaced(state, torrent, piece, blockBytes.length);
      continue;
    }
    torrent.downloadedBytes += blockBytes.length;
    bufferOf(state, torrent, piece).set(blockBytes, at);
    for (const other of taken.others) {
      const channel = torrent.channels.get(other);
      if (channel) cancelRequest(state, channel, piece, block);
    }
    if (taken.senders) pieceArrived(state, torrent, piece, taken.senders);
  }
}

/** Others were faster: a fetch that has nothing left to bring is called off. */
export function webSeedOutrun(state: EngineState, torrent: Torrent, piece: PieceIndex): void {
  const { webSeed } = torrent;
  if (!webSeed?.fetch?.pieces.delete(piece) || webSeed.fetch.pieces.size > 0) return;
  callOff(state, torrent, webSeed);
  state.torrentsToHedge.add(torrent);
}

/** The torrent is removed. */
export function webSeedLeft(state: EngineState, torrent: Torrent): void {
  state.fetchLine.leave(torrent);
  if (torrent.webSeed) callOff(state, torrent, torrent.webSeed);
}

function callOff(state: EngineState, torrent: Torrent, webSeed: WebSeedState): void {
  if (!webSeed.fetch) return;
  state.emit({ type: 'cancelWebSeedFetch', fetch: webSeed.fetch.number });
  endFetch(state, torrent, webSeed);
}

export function webSeedEnded(state: EngineState, torrent: Torrent, fetch: number, ok: boolean): void {
  const { webSeed } = torrent;
  if (!webSeed || webSeed.fetch?.number !== fetch) return;
  endFetch(state, torrent, webSeed);
  if (!ok) failed(state, torrent, webSeed, Math.min(RETRY_MS * 2 ** (webSeed.failures + 1), MAX_RETRY_MS));
  // What came whole may have been a lie: then it is away for longer.
  else if (webSeed.retryAt <= state.now) webSeed.failures = 0;
  checkWebSeed(state, torrent);
}

/** Until it is tried again others are asked instead, and those in reserve. */
function failed(state: EngineState, torrent: Torrent, webSeed: WebSeedState, awayMs: number): void {
  webSeed.failures++;
  webSeed.retryAt = Math.max(webSeed.retryAt, state.now + awayMs);
  torrent.tellBook();
  dialMore(state, torrent);
  askUntold(state, torrent);
}

/** A piece that came from the web seed alone failed its hash: leave it alone for the time of a ban. */
export function webSeedLied(state: EngineState, torrent: Torrent): void {
  if (torrent.webSeed) failed(state, torrent, torrent.webSeed, state.options.banMs);
}

function endFetch(state: EngineState, torrent: Torrent, webSeed: WebSeedState): void {
  const { fetch } = webSeed;
  if (!fetch) return;
  webSeed.fetch = undefined;
  if (fetch.forReader) state.fetchLine.ended();
  for (const piece of fetch.pieces) releasePiece(torrent, piece);
  state.hedge.answered(fetch.number, false, state.now);
  leaveToSettle(state, torrent, webSeed, fetch);
}

function releasePiece(torrent: Torrent, piece: PieceIndex): void {
  for (let block = 0; block < torrent.geometry.blockCount(piece); block++)
    torrent.picker.release(WEB_SEED, piece, block);
}
