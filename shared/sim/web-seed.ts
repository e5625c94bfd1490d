/** A web seed that answers at once: its own limits are no subject here. */
import type { EngineAction } from '../engine/actions.ts';
import type { PieceIndex } from '../units.ts';
import type { SimTorrent } from './content.ts';
import type { SimHost } from './host.ts';

export function fetchFromWebSeed(
  from: SimHost,
  { torrent, fetch, firstPiece, pieceCount }: Extract<EngineAction, { type: 'fetchFromWebSeed' }>,
): void {
  const { events, torrents } = from.simulation;
  const { life } = from;
  events.at(events.now + 4 * from.latencyMs, () => {
    for (let i = 0; i < pieceCount; i++) {
      const piece = (firstPiece + i) as PieceIndex;
      const bytes = (torrents.get(torrent) as SimTorrent).wholePiece(piece);
      from.inputOf(life, { type: 'webSeedPiece', torrent, piece, bytes });
    }
    from.inputOf(life, { type: 'webSeedEnded', torrent, fetch, ok: true });
  });
}
