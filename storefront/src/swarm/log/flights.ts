/**
 * Messages on their way: what one end of a connection sent and the other received. Both ends write the log, each in
 * its own words, so a message is two records; they are paired in the order in which they were sent, as TCP keeps it.
 */
import type { MessageRecord, TraceRecord } from '../../../../shared/trace/record.ts';

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
  /** Received lately and not yet sent; the oldest first. */
  early: { readonly key: string; readonly ms: number }[];
}

export class Flights {
  readonly all: Flight[] = [];
  /** Of each chunk, when the last of its flights ended. */
  readonly #lastEnd: number[] = [];
  /** By node and link of the sender. */
  readonly #ends = new Map<string, WaitingEnd>();
  /** Ends that stand between two nodes, the oldest first. */
  readonly #between = new Map<string, WaitingEnd[]>();

  add(record: TraceRecord): void {
    switch (record.type) {
      case 'linkReady':
        this.#ready(record.node, record.link, record.peer);
        return;
      case 'linkEnded':
        this.#ended(record.node, record.link, record.t);
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

  #ready(node: number, link: number, peer: number): void {
    if (this.#ends.has(`${node}:${link}`)) return;
    const end: WaitingEnd = { peer, out: new Map(), early: [] };
    this.#ends.set(`${node}:${link}`, end);
    const key = `${node}>${peer}`;
    this.#between.set(key, [...(this.#between.get(key) ?? []), end]);
  }

  #ended(node: number, link: number, ms: number): void {
    const end = this.#ends.get(`${node}:${link}`);
    if (end === undefined) return;
    this.#ends.delete(`${node}:${link}`);
    const key = `${node}>${end.peer}`;
    this.#between.set(
      key,
      (this.#between.get(key) ?? []).filter((other) => other !== end),
    );
    // What was on its way is lost with the connection.
    for (const waiting of end.out.values()) for (const flight of waiting) this.#end(flight, ms);
  }

  #sent(record: MessageRecord): void {
    const end = this.#ends.get(`${record.node}:${record.link}`);
    if (end === undefined) return;
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
    const early = end.early.findIndex((one) => one.key === key && one.ms >= record.t - CLOCKS_APART_MS);
    if (early >= 0) {
      end.early.splice(early, 1);
      return this.#end(flight, record.t);
    }
    const waiting = end.out.get(key);
    if (waiting === undefined) end.out.set(key, [flight]);
    else waiting.push(flight);
  }

  #received(record: MessageRecord): void {
    const here = this.#ends.get(`${record.node}:${record.link}`);
    if (here === undefined) return;
    const key = wordsOf(record);
    const ends = this.#between.get(`${here.peer}>${record.node}`) ?? [];
    for (const end of ends) {
      const flight = end.out.get(key)?.shift();
      if (flight !== undefined) return this.#end(flight, record.t);
    }
    const [first] = ends;
    if (first === undefined) return;
    first.early = first.early.filter(({ ms }) => ms >= record.t - CLOCKS_APART_MS);
    first.early.push({ key, ms: record.t });
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
