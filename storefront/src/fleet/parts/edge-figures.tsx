/** What an edge holds and where it had it from. */
import type { JSX } from 'preact';
import { bytesWords } from '../../words/bytes-words.ts';
import type { EdgeFigures } from '../watch/parse-fleet.ts';
import { durationWords } from '../words.ts';

export function EdgeFiguresList({ figures }: { readonly figures: EdgeFigures | undefined }): JSX.Element {
  const told = (words: (figures: EdgeFigures) => string) => (figures === undefined ? '–' : words(figures));
  const rows: readonly (readonly [string, string])[] = [
    ['Images whole', told(({ known, complete }) => `${complete} of ${known}`)],
    ['Verified', told(({ verifiedBytes }) => bytesWords(verifiedBytes))],
    ['From peers', told(({ fromPeersBytes }) => bytesWords(fromPeersBytes))],
    ['From the origin', told(({ fromOriginBytes }) => bytesWords(fromOriginBytes))],
    ['Peers', told(({ peers }) => `${peers}`)],
    [
      'Up for',
      told(({ uptimeSeconds }) => (uptimeSeconds === undefined ? '–' : durationWords(uptimeSeconds))),
    ],
  ];
  return (
    <dl class="figures">
      {rows.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
