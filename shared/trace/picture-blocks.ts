/** Blocks that are due, come and go. */
import { ownEnd, ownHolding, ownNode, ownSet } from './own.ts';
import { type DueBlock, type End, PIECE, type Picture, pairOf } from './picture.ts';
import type { RecordOf } from './record.ts';

/** More than a set has pieces, and a piece blocks. */
const MAX_PIECES = 2 ** 20;
const MAX_BLOCKS = 2 ** 12;

type Place = Pick<DueBlock, 'set' | 'piece' | 'block'>;

const keyOf = ({ set, piece, block }: Place): number => (set * MAX_PIECES + piece) * MAX_BLOCKS + block;

export function requested(picture: Picture, record: RecordOf<'requested'>): void {
  const end = ownEnd(picture, record.link);
  if (!end) return;
  const { t, set, piece, block, gift, expectedMs } = record;
  const key = keyOf(record);
  takeDue(picture, end, record);
  end.due.set(key, { set, piece, block, gift, since: t, expectedAt: t + expectedMs, sentAt: undefined });
  const holding = ownHolding(picture, ownNode(picture, end.node), set);
  if (holding) (holding.due[piece] as number)++;
}

/** @returns whether it was due */
function takeDue(picture: Picture, end: End, place: Place): boolean {
  const key = keyOf(place);
  const due = end.due.get(key);
  if (!due) return false;
  end.due.delete(key);
  dueGone(picture, end.node, due);
  return true;
}

export function dueGone(picture: Picture, node: number, { set, piece }: DueBlock): void {
  const holding = ownHolding(picture, ownNode(picture, node), set);
  if (holding && (holding.due[piece] as number) > 0) (holding.due[piece] as number)--;
}

export function requestOff(picture: Picture, record: RecordOf<'requestOff'>): void {
  const end = ownEnd(picture, record.link);
  if (end) takeDue(picture, end, record);
}

export function blockReceived(picture: Picture, record: RecordOf<'blockReceived' | 'blockWasted'>): void {
  const { t, set, piece, bytes } = record;
  const node = ownNode(picture, record.node);
  node.received.add(bytes, t);
  const end = ownEnd(picture, record.link);
  if (end) {
    takeDue(picture, end, record);
    end.received.add(bytes, t);
  }
  if (record.type === 'blockWasted') node.wastedBytes += bytes;
  else {
    const holding = ownHolding(picture, node, set);
    if (holding && (holding.pieces[piece] as number) < PIECE.begun) holding.pieces[piece] = PIECE.begun;
  }
}

export function blockSent(picture: Picture, record: RecordOf<'blockSent'>): void {
  const { t, set, bytes } = record;
  const node = ownNode(picture, record.node);
  node.sent.add(bytes, t);
  if (node.role === 'origin') ownSet(picture, set).originBytes += bytes;
  const end = ownEnd(picture, record.link);
  if (!end) return;
  end.sent.add(bytes, t);
  if (end.peer === undefined) return;
  const far = ownEnd(picture, picture.endOfPair.get(pairOf(end.peer, end.node)) ?? -1);
  const key = keyOf(record);
  const due = far?.due.get(key);
  if (due) far?.due.set(key, { ...due, sentAt: t });
}

export function webSeedPiece(picture: Picture, record: RecordOf<'webSeedPiece'>): void {
  const node = ownNode(picture, record.node);
  node.webSeedBytes += record.bytes;
  ownSet(picture, record.set).webSeedBytes += record.bytes;
  const holding = ownHolding(picture, node, record.set);
  if (holding && (holding.pieces[record.piece] as number) < PIECE.begun)
    holding.pieces[record.piece] = PIECE.begun;
}
