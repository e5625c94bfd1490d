/** Watches a node's /trace as a page does, and reads its logs. */
import { get, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { TraceParser } from '../../shared/trace/parse.ts';
import type { TraceHeader, TraceRecord } from '../../shared/trace/record.ts';

/** Bounds a failure, decides no test. */
const LIMIT_MS = 30_000;

/** One log: a stream begins another when its watcher was too slow. */
export interface WatchedLog {
  readonly header: TraceHeader;
  readonly records: TraceRecord[];
  readonly parser: TraceParser;
}

/** Reads server-sent events: `log` begins a log, `records` goes on with it. */
export class TraceReader {
  readonly logs: WatchedLog[] = [];
  #rest = '';

  get records(): readonly TraceRecord[] {
    return this.logs.at(-1)?.records ?? [];
  }

  get refusedCount(): number {
    return this.logs.reduce((sum, { parser }) => sum + parser.refused.count, 0);
  }

  feed(text: string): void {
    const events = (this.#rest + text).split('\n\n');
    this.#rest = events.pop() ?? '';
    for (const event of events) {
      const [name, ...data] = event.split('\n');
      const lines = data.map((line) => `${line.replace(/^data: /, '')}\n`).join('');
      this.take(lines, name === 'event: log');
    }
  }

  take(lines: string, isNew: boolean): void {
    if (isNew) {
      const parser = new TraceParser();
      const records = parser.feed(lines);
      this.logs.push({ header: parser.header as TraceHeader, records, parser });
      return;
    }
    const log = this.logs.at(-1);
    log?.records.push(...log.parser.feed(lines));
  }
}

export interface Watching {
  readonly response: IncomingMessage;
  readonly reader: TraceReader;
  /** Resolves when what was read so far is so; fails when it never is. */
  until(what: string, isSo: (reader: TraceReader) => boolean): Promise<void>;
  close(): void;
}

/** Until the test's end, if nobody closes it before. */
export function watchTrace(url: string): Promise<Watching> {
  return new Promise((resolve, reject) => {
    const asked = get(`${url}/trace`, { agent: false }, (response) => {
      const reader = new TraceReader();
      response.setEncoding('utf8');
      response.on('data', (text: string) => reader.feed(text));
      response.on('error', () => undefined);
      const until: Watching['until'] = (what, isSo) =>
        new Promise((found, failed) => {
          const timer = setTimeout(() => failed(new Error(`never on the trace: ${what}`)), LIMIT_MS);
          const look = () => {
            if (!isSo(reader)) return;
            clearTimeout(timer);
            response.off('data', look);
            found();
          };
          response.on('data', look);
          look();
        });
      resolve({ response, reader, until, close: () => asked.destroy() });
    });
    asked.on('error', reject);
    onTestFinished(() => void asked.destroy());
  });
}
