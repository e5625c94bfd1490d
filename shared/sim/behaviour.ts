/** How a host departs from the rules. What is not named here it does as the engine says. */
import { readUint32 } from '../bytes.ts';
import type { Random } from '../random.ts';
import { encodeHave } from '../wire/encode.ts';
import type { End } from './connection.ts';

export interface Behaviour {
  /** Breaks the rules on purpose: others may ban it, and nobody waits for it to complete. */
  readonly isHostile?: boolean;
  /** Count which blocks it uploads once and which again (costs memory): for the origin. */
  readonly countsReads?: boolean;
  /** Changes a block before it is sent. */
  readonly onBlock?: (bytes: Uint8Array) => Uint8Array;
  /** Changes what is sent; chunks are whole messages, but for a block, which follows its header. */
  readonly onSend?: (chunks: readonly Uint8Array[], end: End) => readonly Uint8Array[];
}

/** Sends blocks with a wrong last byte. */
export const liar: Behaviour = {
  isHostile: true,
  onBlock: (bytes) => {
    const wrong = bytes.slice();
    wrong[wrong.length - 1] = 255 - (wrong[wrong.length - 1] as number);
    return wrong;
  },
};

/** Lies now and then, so that it is of use in between. */
export function liarAtTimes(random: Random, share: number): Behaviour {
  return {
    isHostile: true,
    onBlock: (bytes) => (random.fraction() < share ? (liar.onBlock?.(bytes) ?? bytes) : bytes),
  };
}

/** Takes requests and answers none: what it says without its blocks. Knows channel 0 only. */
export const mute: Behaviour = {
  isHostile: true,
  onSend: (chunks) => chunks.filter((chunk, i) => !isBlockPart(chunk, chunks[i - 1])),
};

const HAVE_ID = 4;
const PIECE_ID = 7;
const PIECE_HEADER_BYTES = 13;

/** A block's header, or the block behind it. */
const isBlockPart = (chunk: Uint8Array, before: Uint8Array | undefined): boolean =>
  isPieceHeader(chunk) || (before !== undefined && isPieceHeader(before));

const isPieceHeader = (chunk: Uint8Array): boolean =>
  chunk.length === PIECE_HEADER_BYTES && chunk[4] === PIECE_ID;

const isHave = (chunk: Uint8Array) =>
  chunk.length === 9 && readUint32(chunk, 0) === 5 && chunk[4] === HAVE_ID;

/** Takes pieces and never says that it has them. Knows channel 0 only, so it hoards one torrent. */
export const silentHoarder: Behaviour = {
  isHostile: true,
  onSend: (chunks) => chunks.filter((chunk) => !isHave(chunk)),
};

/** Says that it has each piece as soon as it says anything after its first messages, whether it has it or not. */
export function lyingHoarder(pieceCount: number): Behaviour {
  const told = new Set<End>();
  return {
    isHostile: true,
    onSend: (chunks, end) => {
      if (told.has(end) || chunks.some((chunk) => chunk.length >= 68)) return chunks;
      told.add(end);
      return [...chunks, ...Array.from({ length: pieceCount }, (_, piece) => encodeHave(piece))];
    },
  };
}
