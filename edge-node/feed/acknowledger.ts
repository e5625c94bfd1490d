/**
 * Tells the origin that purges are done here: their entries are on disk and in effect, and not a byte of those images
 * leaves this edge any more (PU2 of docs/PROTOCOL.md).
 */
import type { AcknowledgeFrame } from '../../shared/api-types/feed.ts';

export interface AcknowledgerParts {
  /** Number of the last entry that lies on disk, and is in effect but for what `inEffect` waits for. */
  stored(): number;
  /** Resolves when every image that was dropped so far has left the swarm and the disk. */
  inEffect(): Promise<void>;
  send(frame: AcknowledgeFrame): void;
}

export class Acknowledger {
  readonly #parts: AcknowledgerParts;
  /** The last entry that wants an acknowledgement. */
  #owed = 0;
  #told = 0;

  constructor(parts: AcknowledgerParts) {
    this.#parts = parts;
  }

  /** This entry took an image away. */
  owes(entry: number): void {
    this.#owed = Math.max(this.#owed, entry);
  }

  /** The log was rewound and ends here now: other entries come under the numbers that were told. */
  rewound(entry: number): void {
    this.#told = 0;
    this.#owed = entry;
  }

  /** A new socket: the origin knows of no acknowledgement yet. */
  welcomed(): void {
    this.#told = 0;
    this.owes(this.#parts.stored());
    this.applied();
  }

  /** Entries are on disk and in effect. One that the disk refused is told of when a later one is written. */
  applied(): void {
    const entry = this.#parts.stored();
    if (this.#owed <= this.#told || entry <= this.#told) return;
    this.#told = entry;
    void this.#parts.inEffect().then(() => this.#parts.send({ type: 'acknowledge', entry }));
  }
}
