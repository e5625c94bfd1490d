/**
 * Messages on their way: what one end of a connection sent and the other received. Both ends write the log, each in
 * its own words, so a message is two records; they are paired in the order in which they were sent, as TCP keeps it.
 */
import type { MessageRecord, RecordOf, TraceRecord } from '../../../../shared/trace/record.ts';

export interface Flight {
  /** Counts from 0 in the order of sending: the message's name in an address. */
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly sentMs: number;
  /** Infinity while it is on its way, or lost. */
  receivedMs: number;
  readonly message: MessageRecord;
}

/** Flights of one chunk are passed over at once when all of them have ended. */
const CHUNK = 128;
/** What is not received after that long is drawn no more: its connection ended, or its receiver tells nothing. */
const LOST_AFTER_MS = 60_000;

/** By so much clocks of live nodes may differ: a message may be told of as received before it is told of as sent. */
const CLOCKS_APART_MS = 500;

interface WaitingEnd {
  readonly peer: number;
  /** Sent and not yet received, by what the message says; the oldest first. */
  readonly out: Map<string, Flight[]>;
}

/** A message that was received and not yet sent. */
interface Early {
  readonly key: string;
  readonly ms: number;
}

export class Flights {
  readonly all: Flight[] = [];
  /** Of each chunk, when the last of its flights ended. */
  readonly #lastEnd: number[] = [];
  /** By node and link of the sender. */
  readonly #ends = new Map<string, WaitingEnd>();
  /** Ends that stand between two nodes, the oldest first. */
  readonly #between = new Map<string, WaitingEnd[]>();
  /** Between two nodes, the oldest first. */
  readonly #early = new Map<string, Early[]>();

  add(record: TraceRecord): void {
    switch (record.type) {
      case 'linkReady':
        this.#ready(record);
        return;
      case 'linkEnded':
        this.#ended(`${record.node}:${record.link}`, record.node, record.t);
        return;
      case 'left':
        for (const name of [...this.#ends.keys()])
          if (name.startsWith(`${record.node}:`)) this.#ended(name, record.node, record.t);
        return;
      case 'sent':
        this.#sent(record);
        return;
      case 'received':
        this.#received(record);
        return;
      default:
    }
  }

  /** Under way at a moment, in the order of sending. */
  at(ms: number, seen: (flight: Flight) => void): void {
    for (let chunk = 0; chunk < this.#lastEnd.length; chunk++) {
      if ((this.#lastEnd[chunk] as number) <= ms) continue;
      const end = Math.min(this.all.length, (chunk + 1) * CHUNK);
      for (let number = chunk * CHUNK; number < end; number++) {
        const flight = this.all[number] as Flight;
        if (flight.sentMs > ms) return;
        if (flight.receivedMs > ms && ms - flight.sentMs < LOST_AFTER_MS) seen(flight);
      }
    }
  }

  /** The last messages between two nodes up to a moment, the newest first. */
  lastBetween(a: number, b: number, ms: number, most: number): Flight[] {
    const found: Flight[] = [];
    for (let number = this.#countSent(ms) - 1; number >= 0 && found.length < most; number--) {
      const flight = this.all[number] as Flight;
      if ((flight.from === a && flight.to === b) || (flight.from === b && flight.to === a))
        found.push(flight);
    }
    return found;
  }

  #countSent(ms: number): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.all[middle] as Flight).sentMs <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #ready({ t, node, link, peer }: RecordOf<'linkReady'>): void {
    const name = `${node}:${link}`;
    if (this.#ends.get(name)?.peer === peer) return;
    // It may have been taken for another node.
    this.#ended(name, node, t);
    const end: WaitingEnd = { peer, out: new Map() };
    this.#ends.set(name, end);
    const key = `${node}>${peer}`;
    this.#between.set(key, [...(this.#between.get(key) ?? []), end]);
  }

  #ended(name: string, node: number, ms: number): void {
    const end = this.#ends.get(name);
    if (end === undefined) return;
    this.#ends.delete(name);
    const key = `${node}>${end.peer}`;
    const standing = (this.#between.get(key) ?? []).filter((other) => other !== end);
    this.#between.set(key, standing);
    // What was on its way is lost with the connection.
    for (const waiting of end.out.values()) for (const flight of waiting) this.#end(flight, ms);
  }

  #sent(record: MessageRecord): void {
    const end = this.#ends.get(`${record.node}:${record.link}`);
    // Who receives a handshake does not know yet whose it is.
    if (end === undefined || record.kind === 'handshake') return;
    const flight: Flight = {
      number: this.all.length,
      from: record.node,
      to: end.peer,
      sentMs: record.t,
      receivedMs: Number.POSITIVE_INFINITY,
      message: record,
    };
    this.all.push(flight);
    this.#lastEnd[Math.floor(flight.number / CHUNK)] = Number.POSITIVE_INFINITY;
    const key = wordsOf(record);
    if (this.#wasEarly(`${record.node}>${end.peer}`, key, record.t)) return this.#end(flight, record.t);
    const waiting = end.out.get(key);
    if (waiting === undefined) end.out.set(key, [flight]);
    else waiting.push(flight);
  }

  #received(record: MessageRecord): void {
    const here = this.#ends.get(`${record.node}:${record.link}`);
    if (here === undefined) return;
    const key = wordsOf(record);
    const pair = `${here.peer}>${record.node}`;
    for (const end of this.#between.get(pair) ?? []) {
      const flight = end.out.get(key)?.shift();
      if (flight !== undefined) return this.#end(flight, record.t);
    }
    const early = (this.#early.get(pair) ?? []).filter(({ ms }) => ms >= record.t - CLOCKS_APART_MS);
    this.#early.set(pair, [...early, { key, ms: record.t }]);
  }

  #wasEarly(pair: string, key: string, sentMs: number): boolean {
    const early = this.#early.get(pair) ?? [];
    const at = early.findIndex((one) => one.key === key && one.ms >= sentMs - CLOCKS_APART_MS);
    if (at >= 0) early.splice(at, 1);
    return at >= 0;
  }

  #end(flight: Flight, ms: number): void {
    flight.receivedMs = ms;
    const chunk = Math.floor(flight.number / CHUNK);
    const end = Math.min(this.all.length, (chunk + 1) * CHUNK);
    let last = 0;
    for (let number = chunk * CHUNK; number < end; number++)
      last = Math.max(last, (this.all[number] as Flight).receivedMs);
    this.#lastEnd[chunk] = end < (chunk + 1) * CHUNK ? Number.POSITIVE_INFINITY : last;
  }
}

/** With more of them in the picture nobody sees a block. */
const MOST_SMALL = 400;

export interface Travelling {
  readonly flights: readonly Flight[];
  /** So many smaller ones are left out. */
  readonly hiddenCount: number;
}

/** What is drawn as travelling: everything, or, when that is too much, blocks and requests. */
export function travelling(flights: Flights, ms: number): Travelling {
  const all: Flight[] = [];
  flights.at(ms, (flight) => all.push(flight));
  const large = all.filter(({ message: { kind } }) => kind === 'piece' || kind === 'request');
  const smallCount = all.length - large.length;
  return smallCount > MOST_SMALL
    ? { flights: large, hiddenCount: smallCount }
    : { flights: all, hiddenCount: 0 };
}

const wordsOf = ({ kind, index, begin }: MessageRecord): string => `${kind} ${index} ${begin}`;
