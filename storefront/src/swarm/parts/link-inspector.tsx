import type { JSX } from 'preact';
import { type End, endBetween, type View } from '../../../../shared/trace/picture.ts';
import { bytesWords } from '../../words/bytes-words.ts';
import { laneOf } from '../log/scene-of.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import { timeWords } from '../time/time-words.ts';
import { useViewer } from '../viewer-context.ts';
import { MESSAGE_WORDS } from '../words/message-words.ts';
import { laneSentence, nameOf } from '../words/sentences.ts';
import { InspectorHead } from './inspector-head.tsx';

const MOST_MESSAGES = 8;

interface LinkProps {
  readonly log: SwarmLog;
  readonly atMs: number;
  readonly a: number;
  readonly b: number;
}

export function LinkInspector({ log, atMs, a, b }: LinkProps): JSX.Element {
  const picture = log.pictureAt(atMs);
  const [nameA, nameB] = [nameOf(picture, a), nameOf(picture, b)];
  const ends = [endBetween(picture, a, b), endBetween(picture, b, a)];
  const opened = ends.find((end) => end !== undefined);
  return (
    <>
      <InspectorHead title={`${nameA} and ${nameB}`} />
      {opened === undefined ? (
        <p>They are not linked at this moment.</p>
      ) : (
        <p>
          Linked since {timeWords(opened.openedAt, false)}, with {opened.channels.size}{' '}
          {opened.channels.size === 1 ? 'channel' : 'channels'}.
        </p>
      )}
      <Way
        title={`${nameA} to ${nameB}`}
        sentence={laneSentence(laneOf(picture, a, b), nameA, nameB)}
        taker={ends[1]}
        giver={ends[0]}
        atMs={atMs}
      />
      <Way
        title={`${nameB} to ${nameA}`}
        sentence={laneSentence(laneOf(picture, b, a), nameB, nameA)}
        taker={ends[0]}
        giver={ends[1]}
        atMs={atMs}
      />
      <LastMessages log={log} atMs={atMs} a={a} b={b} />
    </>
  );
}

function Way({
  title,
  sentence,
  giver,
  taker,
  atMs,
}: {
  readonly title: string;
  readonly sentence: string;
  readonly giver: View<End> | undefined;
  readonly taker: View<End> | undefined;
  readonly atMs: number;
}): JSX.Element {
  const flow = taker?.received ?? giver?.sent;
  return (
    <div class="way">
      <h3>{title}</h3>
      <p>{sentence === '' ? 'Nothing is wanted this way.' : `${sentence}.`}</p>
      <p class="hint">
        {bytesWords(flow?.totalBytes ?? 0)} so far, now {bytesWords(flow?.bytesPerSecond(atMs) ?? 0)}/s;{' '}
        {taker?.due.size ?? 0} blocks are due.
      </p>
    </div>
  );
}

function LastMessages({ log, atMs, a, b }: LinkProps): JSX.Element {
  const viewer = useViewer();
  const last = log.flights.lastBetween(a, b, atMs, MOST_MESSAGES);
  return (
    <>
      <h3>Its last messages</h3>
      {last.length === 0 && <p class="hint">None yet.</p>}
      <ul class="messages">
        {last.map(({ number, from, to, sentMs, message }) => (
          <li key={number}>
            <button type="button" onClick={() => viewer.select({ kind: 'message', message: number })}>
              {timeWords(sentMs, true)} {MESSAGE_WORDS[message.kind].name}
              {message.index === undefined ? '' : ` ${message.index}`}
            </button>
            <span class="hint">
              {nameOf(log.pictureAt(atMs), from)} to {nameOf(log.pictureAt(atMs), to)}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
