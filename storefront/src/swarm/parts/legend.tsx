/** What each mark means. Always there: each mark has a shape of its own, so nothing hangs on colour. */
import type { JSX } from 'preact';

const FISH =
  'M22 8C17.600 3.200 11.700 3.800 8.500 7.400L4.700 4.200 5.900 8l-1.200 3.800 3.800-3.200C11.700 12.200 17.600 12.800 22 8z';

interface Mark {
  readonly words: string;
  readonly drawing: JSX.Element;
}

const MARKS: readonly Mark[] = [
  { words: 'block from the origin', drawing: <path d={FISH} class="legend__origin" /> },
  { words: 'block from an edge', drawing: <path d={FISH} class="legend__swarm" /> },
  {
    words: 'wrong block',
    drawing: (
      <g class="legend__bad">
        <path d={FISH} />
        <path d="m11 5.500 5 5m0-5-5 5" />
      </g>
    ),
  },
  { words: 'request', drawing: <path d="m10 3.500 6 4.500-6 4.500" class="legend__want" /> },
  { words: 'have', drawing: <circle cx="13" cy="8" r="2.200" class="legend__soft" /> },
  { words: 'other message', drawing: <path d="M13 4v8" class="legend__word" /> },
  { words: 'wants and may ask', drawing: <path d="M2 8h15M17 5l6 3-6 3z" class="legend__open" /> },
  {
    words: 'wants and is choked',
    drawing: (
      <g class="legend__choked">
        <path d="M3 8h21" stroke-dasharray="3 3" />
        <path d="M3 3v10" stroke-width="2.400" />
      </g>
    ),
  },
  {
    words: 'optimistic slot',
    drawing: <path d="m13 3 5 5-5 5-5-5z" class="legend__want" />,
  },
  { words: 'snubbed', drawing: <path d="M5 8c4-8 12 8 16 0" class="legend__wave" /> },
  { words: 'piece in flight', drawing: <rect x="8" y="4" width="10" height="8" class="legend__hollow" /> },
  {
    words: 'piece verified',
    drawing: <path d="M8 3h10v4H8zM8 9h10v4H8z" class="legend__swarm" />,
  },
  { words: 'piece flushed to disk', drawing: <path d="M8 3h10v10H8z" class="legend__swarm" /> },
  {
    words: 'node that is down',
    drawing: (
      <g class="legend__choked">
        <circle cx="13" cy="8" r="5.500" stroke-dasharray="2 2" />
        <path d="m9.500 4.500 7 7" />
      </g>
    ),
  },
];

export function Legend(): JSX.Element {
  return (
    <ul class="legend" aria-label="What the marks mean">
      {MARKS.map(({ words, drawing }) => (
        <li key={words}>
          <svg viewBox="0 0 26 16" aria-hidden="true">
            {drawing}
          </svg>
          {words}
        </li>
      ))}
    </ul>
  );
}
