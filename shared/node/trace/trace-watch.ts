/**
 * One watcher of a running node: what the engine tells becomes the lines of a log, a batch at a time. A watcher that
 * takes them slower than they come loses what waits, is told so, and begins anew with how things stand; the node goes
 * on as if nobody looked meanwhile.
 */
import type { TraceEvent } from '../../engine/trace.ts';
import type { NodeRole, TraceRecord } from '../../trace/record.ts';
import { type HeldSet, TraceRecorder } from '../../trace/recorder.ts';
import { gridTime, headerLine, makeHeader, recordLine } from '../../trace/write.ts';
import { type InfoHash, parseImageId } from '../../units.ts';
import type { HeldTorrent, SwarmNode } from '../swarm-node-api.ts';

export interface WatchedNode {
  readonly node: Pick<SwarmNode, 'onTrace' | 'held'>;
  readonly name: string;
  readonly role: Extract<NodeRole, 'origin' | 'edge'>;
  readonly peerId: string;
  /** Infinity: no limit. */
  readonly upRateBytesPerSecond: number;
  readonly downRateBytesPerSecond: number;
}

export interface WatchSink {
  /** @param isNew the lines begin with a header: another log. @returns false: not before `drained` */
  write(lines: string, isNew: boolean): boolean;
}

export interface WatchLimits {
  readonly batchMs: number;
  /** A watcher hears at least so often, so that a path that is gone is noticed at both ends. */
  readonly pulseMs: number;
  /** Records that may wait, beside how things stand: a second of a node at 50 MiB/s, and 2 MB. */
  readonly maxWaiting: number;
  /** How long a watcher that lost something is left alone: else it would be told how things stand for ever. */
  readonly pauseMs: number;
}

export const watchLimits: WatchLimits = {
  batchMs: 100,
  pulseMs: 1_000,
  maxWaiting: 20_000,
  pauseMs: 1_000,
};

/** The watched node's index in its own log. */
const SELF = 0;

export class TraceWatch {
  readonly #of: WatchedNode;
  readonly #sink: WatchSink;
  readonly #limits: WatchLimits;
  readonly #timer: NodeJS.Timeout;
  #records: TraceRecord[] = [];
  #recorder: TraceRecorder | undefined;
  #stopTrace: (() => void) | undefined;
  #startedAt = 0;
  #isNew = true;
  #isFull = false;
  #lost = 0;
  /** Of the records that wait, those that tell how things stand: two for each of ten thousand sets that are wanted. */
  #standing = 0;
  #pauseUntil = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(of: WatchedNode, sink: WatchSink, limits: WatchLimits = watchLimits) {
    this.#of = of;
    this.#sink = sink;
    this.#limits = limits;
    this.#begin();
    this.#timer = setInterval(() => this.#turn(), limits.batchMs).unref();
    this.#turn();
  }

  /** The sink takes more. */
  drained(): void {
    this.#isFull = false;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stop();
  }

  get #now(): number {
    return performance.now() - this.#startedAt;
  }

  #begin(): void {
    const { name, role, peerId, upRateBytesPerSecond: up, downRateBytesPerSecond: down } = this.#of;
    this.#startedAt = performance.now();
    this.#isNew = true;
    const recorder = new TraceRecorder({
      emit: (record) => this.#records.push(record),
      describe: (torrent) => this.#describe(torrent),
    });
    this.#recorder = recorder;
    recorder.node(0, {
      name,
      role,
      peerId,
      ...(Number.isFinite(up) ? { upBytesPerSecond: up } : {}),
      ...(Number.isFinite(down) ? { downBytesPerSecond: down } : {}),
    });
    if (this.#lost > 0) this.#records.push({ t: 0, type: 'missed', node: SELF, count: this.#lost });
    this.#lost = 0;
    // Told at once and whole: whoever lost it would be told it again, and lose it again.
    this.#standing = Number.POSITIVE_INFINITY;
    this.#stopTrace = this.#of.node.onTrace((event) => this.#heard(recorder, event));
    this.#standing = this.#records.length;
  }

  #heard(recorder: TraceRecorder, event: TraceEvent): void {
    if (recorder !== this.#recorder) return;
    recorder.event(this.#now, SELF, event);
    // The origin lets go of what is purged, and of nothing else.
    if (event.type === 'torrentRemoved' && this.#of.role === 'origin')
      recorder.purged(this.#now, event.torrent);
    if (this.#records.length - this.#standing > this.#limits.maxWaiting) this.#lose();
  }

  #lose(): void {
    this.#lost += this.#records.length;
    this.#records = [];
    this.#pauseUntil = performance.now() + this.#limits.pauseMs;
    this.#stop();
  }

  #stop(): void {
    this.#recorder = undefined;
    this.#stopTrace?.();
    this.#stopTrace = undefined;
  }

  #turn(): void {
    if (this.#isFull) return;
    if (this.#recorder === undefined) {
      if (performance.now() < this.#pauseUntil) return;
      this.#begin();
    }
    const now = performance.now();
    if (this.#records.length === 0 && now - this.#toldAt < this.#limits.pulseMs) return;
    this.#toldAt = now;
    const lines = this.#isNew ? [headerLine(this.#header())] : [];
    for (const record of this.#records) lines.push(recordLine(record));
    lines.push(recordLine({ t: gridTime(this.#now), type: 'clock', node: SELF }));
    this.#records = [];
    this.#standing = 0;
    this.#isFull = !this.#sink.write(lines.join(''), this.#isNew);
    this.#isNew = false;
  }

  #header() {
    const wallMs = Date.now() - this.#now;
    return makeHeader({ source: 'live', wallMs: gridTime(wallMs), scenario: '', seed: 0, command: '' });
  }

  #describe(torrent: InfoHash): HeldSet | undefined {
    const held = this.#of.node.held(torrent);
    return held && heldSet(held);
  }
}

/** A torrent of ours is named after its image. */
function heldSet({ outline, held, want }: HeldTorrent): HeldSet {
  const { infoHash, name, files, geometry } = outline;
  const set = {
    infoHash,
    imageId: parseImageId(name) ?? '',
    name,
    bytes: geometry.contentBytes,
    pieceLengthBytes: geometry.pieceLengthBytes,
    pieceCount: geometry.pieceCount,
    files: geometry.files.map((span, i) => ({
      name: files[i]?.name ?? '',
      bytes: span.lengthBytes,
      firstPiece: span.firstPiece,
      pieceCount: span.pieceCount,
    })),
  };
  return { set, held, want };
}
