/**
 * What a node of the fleet passes on unasked. Of a small set nearly all time goes by with telling, asking and
 * answering: a piece that only we have is wanted by everybody it is told to, so it may as well be sent at once.
 *
 * Of larger sets, and with a queue, nothing is given: asking is how a swarm shares its uplinks, and it costs no time
 * while other blocks are under way.
 */
import { BLOCK_BYTES } from '../units.ts';

export interface GiftSetView {
  readonly setBytes: number;
  /** Sets of more bytes are not given. */
  readonly maxSetBytes: number;
  /** Sets that we want, and that we super-seed to the node, this one among them. */
  readonly setsUnderWay: number;
}

export interface GiftView extends GiftSetView {
  /** It takes gifts (GV1) and rejects (BEP 6). */
  readonly takesGifts: boolean;
  readonly isFleet: boolean;
  /** Blocks that the node asked for, or is given, and that did not leave yet. */
  readonly queuedBytes: number;
  /** Others come before it on our uplink (choker/standing.ts). */
  readonly comesAfter: () => boolean;
}

/**
 * With 200 sets of 160 KiB under way and full queues, word that a piece is coming stood in a queue itself, and a tenth
 * of all bytes came twice (in virtual time).
 */
const MAX_SETS_UNDER_WAY = 4;
/** Eight pieces: what one node of eight passes on of a set of 1 MiB. */
const MAX_QUEUED_BYTES = 8 * BLOCK_BYTES;

export function isGivenSet({ setBytes, maxSetBytes, setsUnderWay }: GiftSetView): boolean {
  return setBytes <= maxSetBytes && setsUnderWay <= MAX_SETS_UNDER_WAY;
}

export function isGiven(view: GiftView): boolean {
  if (!view.takesGifts || !view.isFleet || !isGivenSet(view)) return false;
  return view.queuedBytes < MAX_QUEUED_BYTES && !view.comesAfter();
}
