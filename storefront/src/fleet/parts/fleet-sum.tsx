/** The fleet in a line. */
import type { JSX } from 'preact';
import type { ShownEdge } from '../watch/fleet-watch.ts';
import type { Rates } from '../watch/rate-book.ts';
import { rateWords } from '../words.ts';

export function FleetSum({ edges }: { readonly edges: readonly ShownEdge[] }): JSX.Element {
  const counts = new Map<string, number>();
  for (const { state } of edges) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
  const sum = (rate: (newest: Rates) => number) =>
    edges.reduce((total, { rates }) => total + (rates.length === 0 ? 0 : rate(rates.at(-1) as Rates)), 0);
  return (
    <p class="fleet-sum">
      <span>
        {edges.length} {edges.length === 1 ? 'edge' : 'edges'}
        {states !== '' && `: ${states}`}
      </span>
      <span>take {rateWords(sum(({ downBytesPerSecond }) => downBytesPerSecond))}</span>
      <span>give {rateWords(sum(({ upBytesPerSecond }) => upBytesPerSecond))}</span>
    </p>
  );
}
