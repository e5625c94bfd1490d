import type { JSX } from 'preact';
import { MESSAGE_SOURCE } from '../../../../shared/trace/message-source.ts';
import { bytesWords } from '../../words/bytes-words.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import { timeWords } from '../time/time-words.ts';
import { MESSAGE_WORDS, messageFields, messageSentence } from '../words/message-words.ts';
import { nameOf } from '../words/sentences.ts';
import { InspectorHead } from './inspector-head.tsx';

interface MessageProps {
  readonly log: SwarmLog;
  readonly atMs: number;
  readonly number: number;
}

export function MessageInspector({ log, atMs, number }: MessageProps): JSX.Element {
  const flight = log.flights.all[number];
  if (flight === undefined) return <p class="hint">This message is not in the log.</p>;
  const picture = log.pictureAt(atMs);
  const { message, sentMs, receivedMs } = flight;
  const words = MESSAGE_WORDS[message.kind];
  const source = MESSAGE_SOURCE[message.kind];
  const rows: readonly (readonly [string, string])[] = [
    ...messageFields(message),
    ['bytes on the wire', `${message.bytes} (${bytesWords(message.bytes)})`],
    ['sent', timeWords(sentMs, true)],
    ['received', Number.isFinite(receivedMs) ? timeWords(receivedMs, true) : 'not in this log'],
    ['defined by', words.definedBy],
    ['handled by', `${source.name} in ${source.file}`],
  ];
  return (
    <>
      <InspectorHead title={words.name} />
      <p>{messageSentence(message, nameOf(picture, flight.from), nameOf(picture, flight.to))}.</p>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
