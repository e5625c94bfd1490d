/** Flags that are right one by one, and together make a swarm of which nothing can be said. */
import type { FanOut } from './fan-out.ts';

/** @returns a line; undefined: nothing is wrong */
export function wrongTogether({
  hosts,
  grow,
  liars,
  kill,
}: Pick<FanOut, 'hosts' | 'liars' | 'kill'> & {
  readonly grow?: readonly number[] | undefined;
}): string | undefined {
  const fewest = Math.min(...(grow ?? [hosts]));
  // Liars are the first of the list, those who die the last.
  if (liars + kill < fewest) return undefined;
  return `of ${fewest} hosts ${liars} lie and ${kill} die: at least one must be left that wants everything`;
}
