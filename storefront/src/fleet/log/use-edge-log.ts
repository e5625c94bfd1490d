/** An edge's log as it grows, while it is shown. */
import { useEffect, useState } from 'preact/hooks';
import type { DemoControl } from '../../demo/demo-control.ts';
import { type LogLine, withLines } from './log-lines.ts';

const ASK_EVERY_MS = 1_000;

export interface EdgeLogState {
  /** undefined: not asked yet. */
  readonly lines: readonly LogLine[] | undefined;
  /** Empty: the last question was answered. */
  readonly problem: string;
}

export function useEdgeLog(control: DemoControl, name: string): EdgeLogState {
  const [state, setState] = useState<EdgeLogState>({ lines: undefined, problem: '' });
  useEffect(() => {
    let from = 0;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      const answer = document.hidden ? undefined : await control.log(name, from);
      if (isOver) return;
      if (answer?.ok) {
        const { text, nextByte } = answer.value;
        from = nextByte;
        setState(({ lines = [] }) => ({ lines: withLines(lines, text), problem: '' }));
      } else if (answer !== undefined) setState(({ lines }) => ({ lines, problem: answer.refusal.detail }));
      timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    };
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [control.url, name]);
  return state;
}
