/** Lines for whoever waits. */

import { percentileOf, sortedNumbers } from '../support/percentile.ts';
import type { Outcome } from './driver/drive.ts';
import type { Traffic } from './links/relay.ts';
import type { PlannedRequest } from './traffic/plan.ts';

const EVERY_MS = 2_000;

export class Progress {
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  say(text: string): void {
    this.#print(`  ${text}`);
  }

  readonly fail = (error: unknown): void => {
    this.#print(`  FAULT ${error instanceof Error ? error.message : String(error)}`);
  };

  begin(name: string, plan: readonly PlannedRequest[]): ModeProgress {
    return new ModeProgress(this, name, plan);
  }
}

/** Of one mode while it runs. */
export class ModeProgress {
  readonly #timer: NodeJS.Timeout;
  readonly #times: number[] = [];
  #failed = 0;
  #origin: Traffic | undefined;

  constructor(progress: Progress, name: string, plan: readonly PlannedRequest[]) {
    const startedMs = performance.now();
    this.#timer = setInterval(() => {
      const elapsedMs = performance.now() - startedMs;
      const due = plan.filter(({ dueMs }) => dueMs <= elapsedMs).length;
      progress.say(this.#line(name, elapsedMs, due, plan.length));
    }, EVERY_MS);
  }

  outcome({ totalMs, isGood }: Outcome, origin: Traffic | undefined): void {
    this.#times.push(totalMs);
    if (!isGood) this.#failed++;
    this.#origin = origin;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #line(name: string, elapsedMs: number, due: number, planned: number): string {
    const sorted = sortedNumbers(this.#times);
    const parts = [
      `${name} ${(elapsedMs / 1000).toFixed(0)} s: ${sorted.length} of ${due} due answered (${planned} in all)`,
    ];
    if (sorted.length > 0)
      parts.push(
        `p50 ${percentileOf(sorted, 0.5).toFixed(0)} ms, p95 ${percentileOf(sorted, 0.95).toFixed(0)} ms`,
      );
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    if (this.#origin !== undefined) {
      const { toPeersBytes, toNodesHttpBytes, toShoppersBytes } = this.#origin;
      const megabytes = (toPeersBytes + toNodesHttpBytes + toShoppersBytes) / 1e6;
      parts.push(`origin sent ${megabytes.toFixed(1)} MB`);
    }
    return parts.join(', ');
  }
}
