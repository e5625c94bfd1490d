/** One node that is watched: its server-sent events (shared/node/trace/trace-route.ts) go into the merged log. */
import { ClockOffset } from '../../../../shared/trace/clock-offset.ts';
import type { TraceMerge } from '../../../../shared/trace/merge.ts';
import { TraceParser } from '../../../../shared/trace/parse.ts';
import type { TraceRecord } from '../../../../shared/trace/record.ts';
import { wallNow } from './wall-now.ts';

/** A node says something each second: who is silent for so long is out of sight, though its connection may stand. */
const SILENT_MS = 5_000;
const LOOK_EVERY_MS = 1_000;
/** A browser does not try again where it was refused (HTML, section 9.2.3): too many watch, or what came was no log. */
const AGAIN_MS = 3_000;

export class WatchedNode {
  readonly #url: string;
  readonly #source: number;
  readonly #merge: TraceMerge;
  readonly #timer: ReturnType<typeof setInterval>;
  #events: EventSource | undefined;
  #heardAt = 0;
  #openAt = 0;
  #parser = new TraceParser();
  #roundTripMs = 0;
  #clock = new ClockOffset(0);

  constructor(baseUrl: string, merge: TraceMerge) {
    this.#url = `${baseUrl}/trace`;
    this.#merge = merge;
    this.#source = merge.add();
    void this.#measure();
    this.#open();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#events?.close();
  }

  #open(): void {
    const events = new EventSource(this.#url);
    this.#events = events;
    this.#heardAt = performance.now();
    events.addEventListener('log', ({ data }: MessageEvent<string>) => this.#heard(data, true));
    events.addEventListener('records', ({ data }: MessageEvent<string>) => this.#heard(data, false));
    events.addEventListener('error', () => {
      // The browser tries again by itself, unless it was refused.
      if (events.readyState === EventSource.CLOSED) this.#close();
      else this.#lost();
    });
  }

  #lost(): void {
    // Until it answers there is nothing to be silent about.
    this.#heardAt = performance.now();
    this.#merge.lost(this.#source, wallNow());
  }

  #close(): void {
    this.#events?.close();
    this.#events = undefined;
    this.#openAt = performance.now() + AGAIN_MS;
    this.#lost();
  }

  #look(): void {
    const now = performance.now();
    if (this.#events === undefined) {
      if (now >= this.#openAt) this.#open();
    } else if (now - this.#heardAt > SILENT_MS) this.#close();
  }

  /** How far away it is, by a question that is answered at once. */
  async #measure(): Promise<void> {
    const askedAt = performance.now();
    const signal = AbortSignal.timeout(SILENT_MS);
    const answer = await fetch(this.#url, { method: 'HEAD', cache: 'no-store', signal }).catch(
      () => undefined,
    );
    if (answer?.ok) this.#roundTripMs = performance.now() - askedAt;
  }

  #heard(lines: string, isNew: boolean): void {
    this.#heardAt = performance.now();
    if (isNew) {
      this.#parser = new TraceParser();
      // It may be another process, whose clock was set meanwhile.
      this.#clock = new ClockOffset(this.#roundTripMs);
    }
    try {
      this.#take(this.#parser.feed(`${lines}\n`), isNew);
    } catch {
      // What it says is no log, or is longer than one may be: it begins anew.
      this.#close();
    }
  }

  #take(records: readonly TraceRecord[], isNew: boolean): void {
    const { header } = this.#parser;
    if (header === undefined) return;
    const last = records.at(-1);
    if (last?.type === 'clock') this.#clock.heard(header.wallMs + last.t, wallNow());
    if (isNew) this.#merge.begin(this.#source, header, this.#clock.offsetMs);
    else this.#merge.setClock(this.#source, header, this.#clock.offsetMs);
    this.#merge.append(this.#source, records);
  }
}
