/**
 * Randomness is an argument: the core asks for a {@link Random} and one seed replays a run.
 * Not for secrets: keys, tokens and peer ids come from the host's cryptographic source.
 */
export interface Random {
  /** Uniform integer in [0, bound). `bound` must be at least 1. */
  integer(bound: number): number;
  /** Uniform number in [0, 1). */
  fraction(): number;
}

/** sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, passes PractRand, four additions per draw. */
export function seededRandom(seed: number): Random {
  let a = seed | 0;
  let b = (seed / 0x1_0000_0000) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  const fraction = () => next() / 0x1_0000_0000;
  return { fraction, integer: (bound) => Math.floor(fraction() * bound) };
}

/** Fisher-Yates, in place. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const swapped = items[i] as T;
    items[i] = items[j] as T;
    items[j] = swapped;
  }
  return items;
}
