/** How fast an edge takes and gives, now and in the last minute. */
import type { JSX } from 'preact';
import type { Rates } from '../watch/rate-book.ts';
import { rateWords } from '../words.ts';

const WIDTH = 60;
const HEIGHT = 24;
/** A curve of an idle edge stays flat: below this nothing is drawn as high. */
const LEAST_FULL = 16_384;

export function RateLine({ rates }: { readonly rates: readonly Rates[] }): JSX.Element {
  const newest = rates.at(-1);
  const down = rates.map(({ downBytesPerSecond }) => downBytesPerSecond);
  const up = rates.map(({ upBytesPerSecond }) => upBytesPerSecond);
  const full = Math.max(LEAST_FULL, ...down, ...up);
  return (
    <div class="rates">
      <p class="rates__down">
        <span class="rates__word">Takes</span>
        <span class="rates__value">{rateWords(newest?.downBytesPerSecond)}</span>
      </p>
      <p class="rates__up">
        <span class="rates__word">Gives</span>
        <span class="rates__value">{rateWords(newest?.upBytesPerSecond)}</span>
      </p>
      <svg
        class="rates__curve"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <polyline class="rates__curve-down" points={points(down, full)} />
        <polyline class="rates__curve-up" points={points(up, full)} />
      </svg>
    </div>
  );
}

/** The newest at the right. */
function points(values: readonly number[], full: number): string {
  const shift = WIDTH - values.length + 1;
  return values
    .map((value, i) => `${i + shift},${(HEIGHT - 1 - (value / full) * (HEIGHT - 2)).toFixed(1)}`)
    .join(' ');
}
