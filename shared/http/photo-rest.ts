/** When a page tries a photo again that no node gave. */

const FIRST_MS = 3_000;
const LONGEST_MS = 30_000;

/** How long a photo rests after a round in which every source failed; the first round is 0. */
export const photoRestMs = (round: number): number => Math.min(FIRST_MS * 2 ** round, LONGEST_MS);
