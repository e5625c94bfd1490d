/**
 * Counters of the HTTP side. The hot path adds to plain numbers; Prometheus' objects are made when someone scrapes
 * (a labelled Counter.inc of prom-client hashes its labels at every call).
 */
import type { ReadTally } from '../swarm-node-api.ts';
import { LatencyRows } from './latency-rows.ts';
import type { ByteSource } from './rendition-source.ts';

/** A closed list, so that no request can make a new time series. */
export const ROUTES = ['named', 'negotiated', 'pad', 'image_other', 'health', 'api', 'other'] as const;
export type RouteLabel = (typeof ROUTES)[number];

/** What nginx calls a client that went away before it was answered. */
export const CLIENT_CLOSED_REQUEST = 499;

/** Where bytes that were sent came from. */
export interface SentBytes {
  memory: number;
  disk: number;
  peers: number;
  web_seed: number;
}

/** What became of answers whose bytes were still arriving when they began. */
export interface ArrivingAnswers {
  begun: number;
  /** All of it came to the disk meanwhile. */
  hit: number;
  swarm: number;
  web_seed: number;
  error: number;
  aborted: number;
}

/** What a process counted of answers that it had whole, for the one that is scraped. */
export interface WholeAnswers {
  readonly answers: readonly (readonly [route: RouteLabel, status: number, count: number])[];
  readonly bytes: Pick<SentBytes, 'memory' | 'disk'>;
  readonly latencies: Readonly<Record<ByteSource, readonly number[]>>;
}

export type StreamEnd = 'sent' | 'error' | 'aborted';

export class HttpMetrics {
  readonly role: 'origin' | 'edge';
  /** Unix ms; undefined: no TLS. */
  certificateEndsAtMs: number | undefined;
  readonly #answers = Object.fromEntries(
    ROUTES.map((route) => [route, new Float64Array(600)]),
  ) as unknown as Readonly<Record<RouteLabel, Float64Array>>;
  readonly #bytes: SentBytes = { memory: 0, disk: 0, peers: 0, web_seed: 0 };
  readonly #arriving: ArrivingAnswers = { begun: 0, hit: 0, swarm: 0, web_seed: 0, error: 0, aborted: 0 };
  /** Answers that were handed over whole with their header: first and last byte are one moment. */
  readonly #whole = new LatencyRows();
  readonly #firstByte = new LatencyRows();
  readonly #lastByte = new LatencyRows();

  constructor(role: 'origin' | 'edge') {
    this.role = role;
  }

  answered(route: RouteLabel, status: number): void {
    const counts = this.#answers[route];
    counts[status] = (counts[status] ?? 0) + 1;
  }

  /** Content bytes that lay here, handed to the socket. */
  sent(source: 'memory' | 'disk', lengthBytes: number): void {
    this.#bytes[source] += lengthBytes;
  }

  /** Header and content went to the socket at once, so long after the request was parsed. */
  sentWhole(source: ByteSource, elapsedMs: number): void {
    this.#whole.count(source, elapsedMs);
  }

  /** Content that was fetched for this answer, and was there whole when it began. */
  sentFetched(sentBytes: number, tally: Readonly<ReadTally>): void {
    this.#arriving.begun++;
    this.#arrived('sent', sentBytes, tally);
  }

  /** The first bytes of an answer that goes out bit by bit. */
  streamBegan(source: ByteSource, elapsedMs: number): void {
    this.#firstByte.count(source, elapsedMs);
    if (source === 'swarm') this.#arriving.begun++;
  }

  /** The end of what {@link streamBegan} began. @param tally where the bytes came from, of `swarm` */
  streamEnded(
    source: ByteSource,
    elapsedMs: number,
    end: StreamEnd,
    sentBytes: number,
    tally: Readonly<ReadTally> | undefined,
  ): void {
    this.#lastByte.count(source, elapsedMs);
    if (source !== 'swarm') {
      this.#bytes.disk += sentBytes;
      return;
    }
    this.#arrived(end, sentBytes, tally);
  }

  #arrived(end: StreamEnd, sentBytes: number, tally: Readonly<ReadTally> | undefined): void {
    // An answer that was cut short has sent less than came.
    const disk = Math.min(sentBytes, tally?.diskBytes ?? 0);
    const webSeed = Math.min(sentBytes - disk, tally?.webSeedBytes ?? 0);
    const peers = sentBytes - disk - webSeed;
    this.#bytes.disk += disk;
    this.#bytes.web_seed += webSeed;
    this.#bytes.peers += peers;
    if (end !== 'sent') this.#arriving[end]++;
    else if (webSeed > 0) this.#arriving.web_seed++;
    else if (peers > 0) this.#arriving.swarm++;
    else this.#arriving.hit++;
  }

  /** What was counted since it was last taken; it counts here no more. Answers that were streamed stay. */
  take(): WholeAnswers {
    const answers: [RouteLabel, number, number][] = [];
    for (const route of ROUTES) {
      this.#answers[route].forEach((count, status) => {
        if (count > 0) answers.push([route, status, count]);
      });
      this.#answers[route].fill(0);
    }
    const { memory, disk } = this.#bytes;
    Object.assign(this.#bytes, { memory: 0, disk: 0 });
    return { answers, bytes: { memory, disk }, latencies: this.#whole.take() };
  }

  /** Counts what another process took. */
  add({ answers, bytes, latencies }: WholeAnswers): void {
    for (const [route, status, count] of answers) {
      const counts = this.#answers[route];
      counts[status] = (counts[status] ?? 0) + count;
    }
    this.#bytes.memory += bytes.memory;
    this.#bytes.disk += bytes.disk;
    this.#whole.add(latencies);
  }

  get answers(): Readonly<Record<RouteLabel, Float64Array>> {
    return this.#answers;
  }

  get bytes(): Readonly<SentBytes> {
    return this.#bytes;
  }

  get arriving(): Readonly<ArrivingAnswers> {
    return this.#arriving;
  }

  firstByteRows() {
    return this.#whole.with(this.#firstByte, { role: this.role });
  }

  lastByteRows() {
    return this.#whole.with(this.#lastByte, { role: this.role });
  }
}
