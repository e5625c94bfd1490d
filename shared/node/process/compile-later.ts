/**
 * V8 makes machine code of a function after it ran some 70,000 bytes of its bytecode. An edge that has just started makes
 * it of 340 functions then, while sets arrive and links open: a second of CPU in other threads of each process, a fifth
 * of all that eight edges on two cores use for 200 image sets. With a budget of a million it does so for 30 in the same
 * 20 seconds, and for others when they are as busy. Measured over shaped links: 28 s of CPU instead of 32.
 */
import { setFlagsFromString } from 'node:v8';

/** V8 reads it whenever a function starts a new budget, so it may be set after the start. */
export const COMPILE_LATER = '--interrupt-budget=1000000';

/** At the start of a program. */
export function compileLater(): void {
  setFlagsFromString(COMPILE_LATER);
}
