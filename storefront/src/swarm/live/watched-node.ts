/** One node that is watched: its server-sent events (shared/node/trace/trace-route.ts) go into the merged log. */
import { ClockOffset } from '../../../../shared/trace/clock-offset.ts';
import type { TraceMerge } from '../../../../shared/trace/merge.ts';
import { TraceParser } from '../../../../shared/trace/parse.ts';
import type { TraceRecord } from '../../../../shared/trace/record.ts';

export class WatchedNode {
  readonly #source: number;
  readonly #merge: TraceMerge;
  readonly #events: EventSource;
  #parser = new TraceParser();
  #clock = new ClockOffset(0);

  constructor(baseUrl: string, merge: TraceMerge) {
    this.#merge = merge;
    this.#source = merge.add();
    void this.#measure(`${baseUrl}/trace`);
    this.#events = new EventSource(`${baseUrl}/trace`);
    this.#events.addEventListener('log', ({ data }: MessageEvent<string>) => this.#heard(data, true));
    this.#events.addEventListener('records', ({ data }: MessageEvent<string>) => this.#heard(data, false));
    // The browser tries again by itself.
    this.#events.addEventListener('error', () => merge.lost(this.#source, Date.now()));
  }

  stop(): void {
    this.#events.close();
  }

  /** How far away it is, by a question that is answered at once. */
  async #measure(url: string): Promise<void> {
    const askedAt = performance.now();
    const answer = await fetch(url, { method: 'HEAD', cache: 'no-store' }).catch(() => undefined);
    if (answer?.ok) this.#clock = new ClockOffset(performance.now() - askedAt);
  }

  #heard(lines: string, isNew: boolean): void {
    if (isNew) this.#parser = new TraceParser();
    try {
      this.#take(this.#parser.feed(`${lines}\n`), isNew);
    } catch {
      // What it says is no log.
      this.stop();
      this.#merge.lost(this.#source, Date.now());
    }
  }

  #take(records: readonly TraceRecord[], isNew: boolean): void {
    const { header } = this.#parser;
    if (header === undefined) return;
    const last = records.at(-1);
    if (last?.type === 'clock') this.#clock.heard(header.wallMs + last.t, Date.now());
    if (isNew) this.#merge.begin(this.#source, header, this.#clock.offsetMs);
    this.#merge.append(this.#source, records);
  }
}
