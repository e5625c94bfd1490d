/** Moments worth a step, each kind in the order of time: the next one and the one before. */
import type { TraceRecord } from '../../../../shared/trace/record.ts';

export type StepKind = 'message' | 'piece' | 'round';

export class Moments {
  readonly #times: Record<StepKind, number[]> = { message: [], piece: [], round: [] };

  add(record: TraceRecord): void {
    if (record.type === 'sent') this.#note('message', record.t);
    else if (record.type === 'pieceVerified') this.#note('piece', record.t);
    else if (record.type === 'chokingRound') this.#note('round', record.t);
  }

  /** Nodes that do a thing in the same moment are one step. */
  #note(kind: StepKind, ms: number): void {
    const times = this.#times[kind];
    if (times.at(-1) !== ms) times.push(ms);
  }

  after(kind: StepKind, ms: number): number | undefined {
    const times = this.#times[kind];
    return times[firstAbove(times, ms)];
  }

  before(kind: StepKind, ms: number): number | undefined {
    const times = this.#times[kind];
    let index = firstAbove(times, ms) - 1;
    while (index >= 0 && (times[index] as number) >= ms) index--;
    return times[index];
  }

  /** How many in each of so many equal stretches: the shape of the time line. */
  density(kind: StepKind, endMs: number, stretches: number): Uint32Array {
    const counts = new Uint32Array(stretches);
    for (const ms of this.#times[kind]) {
      const stretch = Math.min(stretches - 1, Math.floor((ms / Math.max(1, endMs)) * stretches));
      counts[stretch] = (counts[stretch] as number) + 1;
    }
    return counts;
  }
}

function firstAbove(times: readonly number[], ms: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) > ms) high = middle;
    else low = middle + 1;
  }
  return low;
}
