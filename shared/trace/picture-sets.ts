/** Image sets are published and purged; which pieces of them nodes hold. */
import { fromHex } from '../bytes.ts';
import { ownHolding, ownNode, ownSet } from './own.ts';
import { type Holding, type NodePicture, PIECE, type Picture, type SetPicture } from './picture.ts';
import type { RecordOf } from './record.ts';

export function setPublished(picture: Picture, record: RecordOf<'set'>): void {
  const { t, type: _, set, ...fields } = record;
  picture.sets.push({
    owner: picture.owner,
    index: set,
    ...fields,
    publishedAt: t,
    purgedAt: undefined,
    availability: new Uint16Array(record.pieceCount),
    originBytes: 0,
    webSeedBytes: 0,
  });
}

/** Told again of a set that the node has, the node begins anew with it. */
export function joined(picture: Picture, record: RecordOf<'joined'>): void {
  const node = ownNode(picture, record.node);
  const set = ownSet(picture, record.set);
  dropHolding(picture, node, record.set);
  const holding: Holding = {
    owner: picture.owner,
    set: record.set,
    want: record.want,
    pieces: new Uint8Array(set.pieceCount),
    due: new Uint16Array(set.pieceCount),
    wanted: new Uint8Array(set.pieceCount),
    heldCount: 0,
    joinedAt: record.t,
    doneAt: undefined,
  };
  node.holdings.set(record.set, holding);
  const bits = record.held === 'all' || record.held === 'none' ? undefined : fromHex(record.held);
  for (let piece = 0; piece < set.pieceCount; piece++) {
    const isHeld = bits
      ? ((bits[piece >> 3] as number) & (0x80 >> (piece & 7))) !== 0
      : record.held === 'all';
    if (isHeld) hold(set, holding, piece, PIECE.flushed);
  }
  if (holding.want === 'none' || isWhole(holding)) return;
  node.missingSets++;
  node.doneAt = undefined;
}

const isWhole = (holding: Holding) => holding.heldCount === holding.pieces.length;

export function dropHolding(picture: Picture, node: NodePicture, index: number): void {
  const holding = node.holdings.get(index);
  if (!holding) return;
  node.holdings.delete(index);
  const { availability } = ownSet(picture, index);
  holding.pieces.forEach((state, piece) => {
    if (state >= PIECE.verified) (availability[piece] as number)--;
  });
  if (holding.want === 'all' && !isWhole(holding)) node.missingSets--;
}

function hold(set: SetPicture, holding: Holding, piece: number, state: number): void {
  const isNew = (holding.pieces[piece] as number) < PIECE.verified;
  holding.pieces[piece] = state;
  holding.wanted[piece] = 0;
  if (!isNew) return;
  holding.heldCount++;
  (set.availability[piece] as number)++;
}

export function pieceHeld(picture: Picture, record: RecordOf<'pieceVerified' | 'pieceFlushed'>): void {
  const node = ownNode(picture, record.node);
  const holding = ownHolding(picture, node, record.set);
  if (!holding) return;
  const wasWhole = isWhole(holding);
  const state = record.type === 'pieceVerified' ? PIECE.verified : PIECE.flushed;
  hold(ownSet(picture, record.set), holding, record.piece, state);
  if (wasWhole || !isWhole(holding)) return;
  holding.doneAt = record.t;
  if (holding.want === 'all' && --node.missingSets === 0) node.doneAt = record.t;
}

export function pieceGone(picture: Picture, record: RecordOf<'pieceFailed' | 'pieceLost'>): void {
  const node = ownNode(picture, record.node);
  const holding = ownHolding(picture, node, record.set);
  if (!holding) return;
  const { piece } = record;
  if ((holding.pieces[piece] as number) >= PIECE.verified) {
    if (holding.want === 'all' && isWhole(holding)) node.missingSets++;
    if (holding.want === 'all') node.doneAt = undefined;
    holding.doneAt = undefined;
    holding.heldCount--;
    (ownSet(picture, record.set).availability[piece] as number)--;
  }
  holding.pieces[piece] = record.type === 'pieceFailed' ? PIECE.failed : PIECE.missing;
}

export function piecesWanted(picture: Picture, { node, set, pieces }: RecordOf<'wanted'>): void {
  const holding = ownHolding(picture, ownNode(picture, node), set);
  if (!holding) return;
  for (const piece of pieces)
    if ((holding.pieces[piece] as number) < PIECE.verified) holding.wanted[piece] = 1;
}
