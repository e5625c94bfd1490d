/** The last lines of an edge's log, the newest at the end. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DemoControl } from '../../demo/demo-control.ts';
import { isAtLeast, LEVELS, type Level, type LogLine } from './log-lines.ts';
import { useEdgeLog } from './use-edge-log.ts';

export interface EdgeLogProps {
  readonly id: string;
  readonly name: string;
  readonly control: DemoControl;
}

const WORDS: Readonly<Record<Level, string>> = {
  debug: 'everything',
  info: 'info and worse',
  warn: 'warnings and worse',
  error: 'errors',
};
/** Who is so near to the end follows what comes. */
const AT_END_PIXELS = 24;

export function EdgeLog({ id, name, control }: EdgeLogProps): JSX.Element {
  const { lines, problem } = useEdgeLog(control, name);
  const [level, setLevel] = useState<Level>('debug');
  const shown = lines?.filter((line) => isAtLeast(line, level)) ?? [];
  return (
    <div id={id} class="log">
      <label class="log__filter">
        <span>Show</span>
        <select value={level} onChange={({ currentTarget }) => setLevel(currentTarget.value as Level)}>
          {LEVELS.map((one) => (
            <option key={one} value={one}>
              {WORDS[one]}
            </option>
          ))}
        </select>
      </label>
      <Lines name={name} lines={shown} />
      {lines !== undefined && shown.length === 0 && (
        <p class="hint">
          {lines.length === 0 ? 'It has written nothing yet.' : 'No line is as bad as that.'}
        </p>
      )}
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function Lines({ name, lines }: { readonly name: string; readonly lines: readonly LogLine[] }): JSX.Element {
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (isAtEnd.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <section
      class="log__lines"
      ref={box}
      aria-label={`Log of ${name}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < AT_END_PIXELS;
      }}
    >
      {lines.map(({ id, level, time, message, details }) => (
        <p key={id} class={`log__line log__line--${level}`}>
          <time>{time}</time> <span class="log__level">{level}</span>{' '}
          <span class="log__message">{message}</span> <span class="log__details">{details}</span>
        </p>
      ))}
    </section>
  );
}
