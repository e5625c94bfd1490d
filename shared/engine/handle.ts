/** Which part of the engine each input is for. */
import { unreachable } from '../errors.ts';
import type { InfoHash } from '../units.ts';
import { addressKey } from './address-key.ts';
import type { Channel } from './channel.ts';
import { linkData, linkGone, linkOpened } from './connections.ts';
import { announced, announceFailed, dialEnded, dialFailed, meet, peersFound } from './dialer.ts';
import { setFleet } from './fleet.ts';
import { hashesRead } from './hash-exchange.ts';
import type { EngineInput } from './inputs.ts';
import type { Link } from './link.ts';
import { metadataRead } from './metadata-exchange.ts';
import { traceStanding } from './standing-trace.ts';
import type { EngineState } from './state.ts';
import { addTorrent, removeTorrent } from './torrents.ts';
import { blockRead, linkSent } from './upload.ts';
import { leavesFound, pieceHashed, piecesLost, pieceWritten } from './verification.ts';
import { readerLeft, readerWants, setWant } from './wanting.ts';
import { webSeedEnded, webSeedPiece } from './web-seed.ts';

export function handle(state: EngineState, input: EngineInput): void {
  switch (input.type) {
    case 'tick':
      return;
    case 'readerAsked':
      state.readerAskedAt = state.now;
      return;
    case 'fleet':
      return setFleet(state, input);
    case 'setTrace':
      state.isTracing = input.on;
      if (input.on) traceStanding(state);
      return;
    case 'addTorrent':
      return addTorrent(state, input);
    case 'linkOpened':
      return linkOpened(state, input.link, input.direction, input.address, input.torrent);
    case 'meet':
      return meet(state, input.torrent, input.addresses);
    case 'linkData':
    case 'linkSent':
    case 'linkClosed':
    case 'hashesRead':
    case 'metadataRead':
      return handleLink(state, input);
    case 'blockRead':
      handleLink(state, input);
      if (!input.bytes) pieceUnreadable(state, input);
      return;
    default:
      return handleTorrent(state, input);
  }
}

type LinkInput = Extract<
  EngineInput,
  { type: 'linkData' | 'linkSent' | 'linkClosed' | 'blockRead' | 'hashesRead' | 'metadataRead' }
>;

/** Inputs about a link that is gone, or a torrent that was removed, come late and mean nothing any more. */
function handleLink(state: EngineState, input: LinkInput): void {
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
    case 'metadataRead':
      return metadataRead(state, link, channelFor(state, link, input.torrent), input);
    default:
      return unreachable(input);
  }
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
      | 'readerAsked'
      | 'fleet'
      | 'setTrace'
      | 'addTorrent'
      | 'linkOpened'
      | 'meet'
      | 'linkData'
      | 'linkSent'
      | 'linkClosed'
      | 'blockRead'
      | 'hashesRead'
      | 'metadataRead';
  }
>;

function handleTorrent(state: EngineState, input: TorrentInput): void {
  const torrent = state.torrents.get(input.torrent);
  if (!torrent) {
    if (input.type === 'dialFailed') dialEnded(state, addressKey(input.address));
    return;
  }
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
      return peersFound(state, torrent, input.addresses, input.reserve ?? []);
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
