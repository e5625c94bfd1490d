/** A limit on how long another process may take to be heard, by rule AW1 of docs/PROTOCOL.md. */
import { STOOD_STILL_MS } from './awake-clock.ts';

export interface Deadline {
  clear(): void;
  /** The time begins anew. */
  refresh(): void;
}

/**
 * Acts once the time is over and what came in it has been read: after a standstill Node runs timers first. When this
 * process stood still at the end of it, the other gets its time again: its next step may depend on one of ours.
 */
export function setDeadline(afterMs: number, act: () => void): Deadline {
  let dueAt = performance.now() + afterMs;
  let reading: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    if (performance.now() - dueAt > STOOD_STILL_MS) refresh();
    else reading = afterReading(act);
  }, afterMs);
  const refresh = (): void => {
    clearImmediate(reading);
    dueAt = performance.now() + afterMs;
    timer.refresh();
  };
  return {
    clear: () => {
      clearTimeout(timer);
      clearImmediate(reading);
    },
    refresh,
  };
}

/** Once the loop has read what has come to its sockets. */
export function afterReading(act: () => void): NodeJS.Immediate {
  return setImmediate(act);
}
