/** A web seed: one that answers at once, whose own limits are no subject, or a host's, behind its access link. */
import type { EngineAction } from '../engine/actions.ts';
import type { PieceIndex } from '../units.ts';
import type { SimTorrent } from './content.ts';
import type { SimHost } from './host.ts';
import { Pipe } from './pipe.ts';

type Fetch = Extract<EngineAction, { type: 'fetchFromWebSeed' }>;

/** Of an answer, and about what a question is. */
const HEADER_BYTES = 600;

export function fetchFromWebSeed(from: SimHost, action: Fetch): void {
  const { events, webSeed } = from.simulation;
  if (webSeed) return askOver(webSeed, from, action);
  const { life } = from;
  events.at(events.now + 4 * from.latencyMs, () => {
    for (let i = 0; i < action.pieceCount; i++) givePiece(from, life, action, i);
    ended(from, life, action);
  });
}

export function cancelWebSeedFetch(from: SimHost, fetch: number): void {
  const pipe = from.fetches.get(fetch);
  if (!pipe) return;
  from.fetches.delete(fetch);
  const { events } = from.simulation;
  events.at(events.now + pipe.latencyMs, () => {
    pipe.isClosed = true;
    pipe.drop();
  });
}

/** As over a kept connection whose window is open. */
function askOver(webSeed: SimHost, from: SimHost, action: Fetch): void {
  const { life } = from;
  const { events, torrents } = from.simulation;
  const torrent = torrents.get(action.torrent) as SimTorrent;
  const pieces = Array.from({ length: action.pieceCount }, (_, i) => (action.firstPiece + i) as PieceIndex);
  let dueBytes = HEADER_BYTES;
  const ends = pieces.map((piece) => (dueBytes += torrent.geometry.contentLength(piece)));
  let [cameBytes, given] = [0, 0];
  const pipe = new Pipe({
    from: webSeed.access,
    to: from.access,
    latencyMs: webSeed.latencyMs + from.latencyMs,
    sent: () => undefined,
    delivered: (chunk) => {
      cameBytes += chunk.length;
      while (given < ends.length && (ends[given] as number) <= cameBytes && from.fetches.has(action.fetch))
        givePiece(from, life, action, given++);
      if (given === ends.length && from.fetches.delete(action.fetch)) ended(from, life, action);
    },
    closed: () => undefined,
  });
  from.fetches.set(action.fetch, pipe);
  events.at(events.now + pipe.latencyMs, () => {
    if (pipe.isClosed || !webSeed.isUp) return;
    webSeed.input({ type: 'readerAsked' });
    const answer = pieces.map((piece) => torrent.wholePiece(piece));
    webSeed.access.send(pipe, [new Uint8Array(HEADER_BYTES), ...answer]);
  });
}

function ended(from: SimHost, life: number, { torrent, fetch }: Fetch): void {
  from.inputOf(life, { type: 'webSeedEnded', torrent, fetch, ok: true });
}

function givePiece(to: SimHost, life: number, { torrent, firstPiece }: Fetch, place: number): void {
  const piece = (firstPiece + place) as PieceIndex;
  const bytes = (to.simulation.torrents.get(torrent) as SimTorrent).wholePiece(piece);
  to.inputOf(life, { type: 'webSeedPiece', torrent, piece, bytes });
}
