/** A node's requests and timers, and how it ranked the others when it last chose whom to serve. */
import type { JSX } from 'preact';
import type { NodePicture, Picture, View } from '../../../../shared/trace/picture.ts';
import { bytesWords } from '../../words/bytes-words.ts';
import { timeWords } from '../time/time-words.ts';
import { nameOf } from '../words/sentences.ts';

const MOST_ROWS = 12;

interface RequestsProps {
  readonly picture: View<Picture>;
  readonly node: number;
  readonly atMs: number;
}

export function RequestsTable({ picture, node, atMs }: RequestsProps): JSX.Element {
  const due = [...picture.ends.values()]
    .filter((end) => end.node === node && end.peer !== undefined)
    .flatMap((end) => [...end.due.values()].map((block) => ({ ...block, peer: end.peer as number })))
    .sort((a, b) => a.since - b.since);
  return (
    <>
      <h3>Blocks it waits for</h3>
      {due.length === 0 ? (
        <p class="hint">None.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>piece</th>
              <th>block</th>
              <th>from</th>
              <th>asked</th>
              <th>expected</th>
            </tr>
          </thead>
          <tbody>
            {due.slice(0, MOST_ROWS).map(({ set, piece, block, peer, since, expectedAt, gift }) => (
              <tr key={`${peer} ${set} ${piece} ${block}`}>
                <td>{piece}</td>
                <td>{block}</td>
                <td>{nameOf(picture, peer)}</td>
                <td>{gift ? 'a gift' : `${(atMs - since).toFixed(1)} ms ago`}</td>
                <td>{expectedWords(expectedAt, since, atMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {due.length > MOST_ROWS && <p class="hint">and {due.length - MOST_ROWS} more</p>}
    </>
  );
}

function expectedWords(expectedAt: number, since: number, atMs: number): string {
  if (expectedAt === since) return 'not known yet';
  const leftMs = expectedAt - atMs;
  return leftMs >= 0 ? `in ${leftMs.toFixed(1)} ms` : `${(-leftMs).toFixed(1)} ms late`;
}

export function RankingTable({
  picture,
  node,
  atMs,
}: {
  readonly picture: View<Picture>;
  readonly node: View<NodePicture>;
  readonly atMs: number;
}): JSX.Element {
  const { round } = node;
  if (round === undefined) return <p class="hint">It has not held a choking round yet.</p>;
  return (
    <>
      <h3>Its choking round, {timeWords(atMs - round.t, false)} ago</h3>
      <table>
        <thead>
          <tr>
            <th>peer</th>
            <th>gave</th>
            <th>got</th>
            <th>slot</th>
          </tr>
        </thead>
        <tbody>
          {round.ranking.slice(0, MOST_ROWS).map((ranked) => (
            <tr key={ranked.peer}>
              <td>{nameOf(picture, ranked.peer)}</td>
              <td>{bytesWords(ranked.receivedBytesPerSecond)}/s</td>
              <td>{bytesWords(ranked.sentBytesPerSecond)}/s</td>
              <td>{slotWords(ranked)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function slotWords({
  unchoked,
  optimistic,
  interested,
  snubbed,
}: {
  readonly unchoked: boolean;
  readonly optimistic: boolean;
  readonly interested: boolean;
  readonly snubbed: boolean;
}): string {
  const slot = optimistic ? 'optimistic' : unchoked ? 'yes' : interested ? 'choked' : 'wants nothing';
  return snubbed ? `${slot}, snubbed` : slot;
}
