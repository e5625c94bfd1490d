/** When the evidence of the highest log seen is written: at once with a longer log, else now and then. */
import type { Evidence } from '../../shared/log/evidence.ts';
import type { EvidenceFiles } from './evidence-files.ts';

/** A heartbeat at the same number is written at most this often: after a crash `stale` may be said a bit early. */
const SAVE_EVERY_MS = 60_000;

export class HighestSeen {
  readonly #evidence: EvidenceFiles;
  readonly #now: () => number;
  #unsaved: Evidence | undefined;
  #savedAtMs = Number.NEGATIVE_INFINITY;
  #savedNumber = -1;

  /** @param now Unix ms */
  constructor(evidence: EvidenceFiles, now: () => number) {
    this.#evidence = evidence;
    this.#now = now;
  }

  seen(evidence: Evidence): void {
    this.#unsaved = evidence;
  }

  /** @param number of the last entry in effect. @throws the file system's error */
  async saveIfDue(number: number): Promise<void> {
    const isLate = this.#now() - this.#savedAtMs >= SAVE_EVERY_MS;
    if (this.#savedNumber !== number || isLate) await this.save(number);
  }

  /** @throws the file system's error: it is tried again with the next evidence */
  async save(number: number): Promise<void> {
    const evidence = this.#unsaved;
    if (evidence === undefined) return;
    await this.#evidence.saveHighest(evidence);
    this.#unsaved = undefined;
    this.#savedNumber = number;
    this.#savedAtMs = this.#now();
  }
}
