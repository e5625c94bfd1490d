/**
 * Asks the origin over the feed for the piece hashes of many sets at once (FH1 to FH4 of docs/PROTOCOL.md). Whatever
 * does not come, or not in time, is fetched as a .torrent by whoever waits here.
 */
import type { FeedClientFrame, FeedServerFrame } from '../../shared/api-types/feed.ts';
import { MAX_FRAME_RANGES } from '../../shared/feed/announce-frames.ts';
import { numbersIn, rangesOf } from '../../shared/feed/number-ranges.ts';
import type { InfoHash } from '../../shared/units.ts';
import type { ImageTable } from './image-table.ts';
import type { OfferedHashes } from './offered-hashes.ts';

export type WantHashesFrame = Extract<FeedClientFrame, { type: 'wantHashes' }>;
export type HashesFrame = Extract<FeedServerFrame, { type: 'hashes' }>;

export interface HashDeskParts {
  readonly table: Pick<ImageTable, 'numberOf' | 'byNumber'>;
  readonly offered: Pick<OfferedHashes, 'has' | 'offer'>;
  send(frame: WantHashesFrame): void;
  /** Default 2 s: a busy origin's next frame is there before, and a reader has not gone yet. */
  readonly silentMs?: number;
}

interface Asked {
  readonly number: number;
  readonly over: Promise<void>;
  readonly end: () => void;
}

const SILENT_MS = 2_000;
/**
 * The first frame after a pause goes at once, others wait so long for more: seven a second, beside the ten that
 * announces may be, stay below the twenty that the origin takes.
 */
const GATHER_MS = 150;
/** An answer to so many small sets is one frame; what a reader asks for stands behind no more than that. */
const MAX_AHEAD = 128;
/** A quarter of what the origin lets an edge wait for. */
const MAX_ASKED = 256;

export class HashDesk {
  readonly #parts: HashDeskParts;
  readonly #asked = new Map<InfoHash, Asked>();
  #unsent: number[] = [];
  #sending: NodeJS.Timeout | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #silence: NodeJS.Timeout | undefined;
  /**
   * `starting`: the first dial is under way, and what is asked meanwhile waits for it. `shut`: there is no feed, or it
   * has left us waiting once: until it answers, nobody waits again.
   */
  #state: 'starting' | 'open' | 'shut' = 'starting';

  constructor(parts: HashDeskParts) {
    this.#parts = parts;
  }

  /** The origin took us in. */
  opened(): void {
    this.#state = 'open';
    if (this.#unsent.length > 0) this.#sendSoon();
  }

  /** The socket is gone: what was asked is not answered any more. */
  lost(): void {
    this.#giveUp();
  }

  /** Resolves once the hashes are offered, or will not be. Never rejects. */
  ask(infoHash: InfoHash): Promise<void> {
    const asked = this.#asked.get(infoHash);
    if (asked) return asked.over;
    const number = this.#parts.table.numberOf(infoHash);
    const isIdle = this.#state === 'shut' || this.#asked.size >= MAX_ASKED;
    if (number === undefined || isIdle || this.#parts.offered.has(infoHash)) return Promise.resolve();
    let end = (): void => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#asked.set(infoHash, { number, over, end });
    this.#unsent.push(number);
    if (this.#state === 'open') this.#sendSoon();
    else if (this.#asked.size === 1) this.#listen();
    return over;
  }

  /** Sets that are joined soon: their hashes come meanwhile. */
  ahead(infoHashes: Iterable<InfoHash>): void {
    for (const infoHash of infoHashes) {
      if (this.#asked.size >= MAX_AHEAD) return;
      void this.ask(infoHash);
    }
  }

  answered({ sets, pieceHashes }: HashesFrame): void {
    this.#state = 'open';
    this.#parts.offered.offer(pieceHashes);
    for (const number of numbersIn(sets, Math.max(0, ...this.#numbers()))) {
      const infoHash = this.#parts.table.byNumber(number);
      const asked = infoHash && this.#asked.get(infoHash);
      if (!asked) continue;
      this.#asked.delete(infoHash);
      asked.end();
    }
    this.#listen();
  }

  #numbers(): number[] {
    return Array.from(this.#asked.values(), ({ number }) => number);
  }

  #sendSoon(): void {
    const waitMs = Math.max(0, this.#sentAt + GATHER_MS - performance.now());
    this.#sending ??= setTimeout(() => this.#send(), waitMs);
  }

  #send(): void {
    this.#sending = undefined;
    this.#sentAt = performance.now();
    const numbers = this.#unsent.sort((a, b) => a - b);
    this.#unsent = [];
    const ranges = rangesOf(numbers, () => true);
    for (let at = 0; at < ranges.length; at += 2 * MAX_FRAME_RANGES)
      this.#parts.send({ type: 'wantHashes', sets: ranges.slice(at, at + 2 * MAX_FRAME_RANGES) });
    this.#listen();
  }

  #listen(): void {
    clearTimeout(this.#silence);
    if (this.#asked.size === 0) return;
    this.#silence = setTimeout(() => this.#giveUp(), this.#parts.silentMs ?? SILENT_MS);
  }

  #giveUp(): void {
    this.#state = 'shut';
    clearTimeout(this.#silence);
    clearTimeout(this.#sending);
    this.#sending = undefined;
    this.#unsent = [];
    for (const { end } of this.#asked.values()) end();
    this.#asked.clear();
  }
}
