/**
 * How much a super-seeding origin entrusts to one node (or a group of nodes that count as one), over all torrents (BEP 16, counted in bytes). Two limits,
 * both steered like a TCP window: what the node is told of and has not had yet (the pipeline, which keeps our uplink
 * busy), and what it had and nobody else has reported yet (the window, which keeps pieces from those that do not
 * pass them on). Whoever spreads what it got is given more; whoever sits on it is soon down to one piece at a time.
 */
import { BLOCK_BYTES } from '../units.ts';

/** Two blocks each: sixteen of them keep 20 Mbit/s busy for two round trips of 50 ms, and a small set is shared evenly. */
const FIRST_PIPELINE_BYTES = 2 * BLOCK_BYTES;
/**
 * Queueing on the way to the node that is wanted, and that is too much, above the shortest time that it took to have
 * a piece (RFC 6817 steers by 100 ms; half as much again, for the word that it was had queues on the way back). Our own
 * buffers tell nothing of it: the kernel takes what it is given.
 */
const WANTED_QUEUE_MS = 150;
const MAX_QUEUE_MS = 300;
const FIRST_WINDOW_BYTES = 2 * BLOCK_BYTES;
/** A path of 100 Mbit/s and 80 ms. */
const MAX_PIPELINE_BYTES = 1 << 20;
/** Strictness comes back slowly for a node that nobody gives anything: waiting doubles so often. */
const MAX_STALLS = 4;
/** Of the pipeline, so much is used while readers wait: on a thin uplink that is one piece at a time. */
const SHARE_BESIDE_READERS = 1 / 8;
/** A hoarder is told of a piece that matters again after so long; doubles with each failure, so many times. */
const RETRY_MS = 2_000;
const MAX_DOUBLINGS = 5;

export class Pupil {
  readonly isFleet: boolean;
  readonly #maxWindowBytes: number;
  #pipelineBytes = FIRST_PIPELINE_BYTES;
  #windowBytes: number;
  #shortestMs = Number.POSITIVE_INFINITY;
  /** Told and not had. */
  awaitedBytes = 0;
  /** Had and not seen elsewhere. */
  unspreadBytes = 0;
  /** Before that it is told of nothing that others were not told of. */
  trustedFrom = 0;
  /** Times in a row that a piece was not seen elsewhere in time. */
  failures = 0;
  /** Times in a row that it was told of a piece because it got nothing elsewhere. */
  stalls = 0;
  /** Whatever it lacks may be told; ends when it has a piece from elsewhere. */
  isRelaxed = false;

  constructor(isFleet: boolean, maxWindowBytes: number) {
    this.isFleet = isFleet;
    this.#maxWindowBytes = maxWindowBytes;
    this.#windowBytes = Math.min(FIRST_WINDOW_BYTES, maxWindowBytes);
  }

  /** Room for one more piece that nobody else was told of, of whatever length. */
  mayBeTold(now: number): boolean {
    return this.hasPipelineRoom && this.unspreadBytes < this.#windowBytes && now >= this.trustedFrom;
  }

  get hasPipelineRoom(): boolean {
    return this.awaitedBytes < this.#pipelineBytes;
  }

  get hasRoomBesideReaders(): boolean {
    return this.awaitedBytes < this.#pipelineBytes * SHARE_BESIDE_READERS;
  }

  /** Bytes it may still hold back; the higher, the better it spreads. Negative when it holds back too much. */
  get trustBytes(): number {
    return this.#windowBytes - this.unspreadBytes;
  }

  /** It sits on pieces: others come first. */
  get isHoarding(): boolean {
    return this.failures > 1;
  }

  /**
   * It had a piece of so many bytes so long after it was told.
   * @param wasFull nothing more could be told meanwhile: else a short time says nothing for a longer pipeline
   */
  fetched(bytes: number, tookMs: number, wasFull: boolean): void {
    this.#shortestMs = Math.min(this.#shortestMs, tookMs);
    const queueMs = tookMs - this.#shortestMs;
    if (queueMs > MAX_QUEUE_MS)
      this.#pipelineBytes = Math.max(this.#pipelineBytes - bytes, FIRST_PIPELINE_BYTES);
    else if (queueMs <= WANTED_QUEUE_MS && wasFull)
      this.#pipelineBytes = Math.min(this.#pipelineBytes + bytes, MAX_PIPELINE_BYTES);
  }

  spread(bytes: number): void {
    this.failures = 0;
    this.trustedFrom = 0;
    this.#windowBytes = Math.min(this.#windowBytes + bytes, this.#maxWindowBytes);
  }

  /** A piece was neither had nor seen elsewhere in time. */
  failed(now: number): void {
    this.failures++;
    if (this.isHoarding) this.trustedFrom = now + RETRY_MS * 2 ** Math.min(this.failures - 2, MAX_DOUBLINGS);
    this.#pipelineBytes = FIRST_PIPELINE_BYTES;
    this.#windowBytes = Math.max(this.#windowBytes / 2, 1);
  }

  /** It had after all what was told to others meanwhile. A hoarder is slow because we serve it last: no merit. */
  hadLate(): void {
    if (!this.isHoarding) this.failures = Math.max(this.failures - 1, 0);
  }

  /** It has all of what came before: what was found out then says nothing about how to share a new set evenly. */
  begin(): void {
    this.#pipelineBytes = FIRST_PIPELINE_BYTES;
    this.#shortestMs = Number.POSITIVE_INFINITY;
    this.gotElsewhere();
  }

  relax(): void {
    this.isRelaxed = true;
    this.stalls = Math.min(this.stalls + 1, MAX_STALLS);
  }

  gotElsewhere(): void {
    this.isRelaxed = false;
    this.stalls = 0;
  }
}
