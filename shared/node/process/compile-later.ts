/**
 * V8 makes machine code of a function after it ran some 70,000 bytes of its bytecode. An edge that has just started makes
 * it of 340 functions then, while sets arrive and links open: about a second of CPU in other threads of each process.
 * With a budget of a million it does so for 30 in the same 20 seconds (one edge counted for each), and for others when
 * they are as busy. All runs stand in docs/benchmarks.md: CPU by the median 29.5 s instead of 31.7, with a wide scatter.
 */
import { setFlagsFromString } from 'node:v8';

/** V8 reads it whenever a function starts a new budget, so it may be set after the start. */
export const COMPILE_LATER = '--interrupt-budget=1000000';
/** What Node 20's V8 does by itself. */
export const COMPILE_AS_USUAL = '--interrupt-budget=67584';
/**
 * The start is over: who is busy from now on is better off with machine code. With the larger budget for good, an edge
 * took ten seconds of full load to reach the speed that it now has after two.
 */
export const START_MS = 30_000;

/** At the start of a program. */
export function compileLater(): void {
  setFlagsFromString(COMPILE_LATER);
  setTimeout(() => setFlagsFromString(COMPILE_AS_USUAL), START_MS).unref();
}
