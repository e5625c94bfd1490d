/** How a host departs from the rules. What is not named here it does as the engine says. */
import { readUint32 } from '../../shared/bytes.ts';
import { encodeHave } from '../../shared/wire/encode.ts';
import type { End } from './host.ts';

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

const HAVE_ID = 4;

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
