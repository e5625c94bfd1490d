/**
 * A fleet that is watched as it runs: the origin is asked for its edges, every node for its trace, and their logs are
 * merged. Only reads.
 */
import type { EdgeList } from '../../../../shared/api-types/status.ts';
import { TraceMerge } from '../../../../shared/trace/merge.ts';
import { SwarmLog } from '../log/swarm-log.ts';
import { wallNow } from './wall-now.ts';
import { WatchedNode } from './watched-node.ts';

/** Nodes send in batches of 100 ms: what is older has come from all of them. */
const SETTLED_MS = 300;
const TAKE_EVERY_MS = 100;
const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 5_000;
/** A fleet of which nothing was heard by then lets nobody look. */
const BEGIN_WITHIN_MS = 5_000;
/** Each is a connection of its own, and a node in the picture. */
const MOST_NODES = 200;
/** Some 200 MB of a page's memory; a busy fleet tells so much in some minutes, a quiet one in days. */
const MOST_RECORDS = 1_000_000;

export interface FleetWatch {
  readonly ready: (log: SwarmLog) => void;
  readonly grew: () => void;
  readonly failed: (why: string) => void;
  /** The log is as long as it may be. @returns whether another one begins, with how things stand then: `ready` is told */
  readonly goesOn: () => boolean;
}

export class LiveFleet {
  readonly #originUrl: string;
  readonly #watch: FleetWatch;
  #merge = new TraceMerge(wallNow());
  #log = new SwarmLog(this.#merge.header, true);
  readonly #nodes = new Map<string, WatchedNode>();
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #isReady = false;
  #wasReady = false;
  #isStopped = false;

  constructor(originUrl: string, watch: FleetWatch) {
    this.#originUrl = originUrl;
    this.#watch = watch;
    void this.#begin();
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const node of this.#nodes.values()) node.stop();
  }

  async #begin(): Promise<void> {
    const isThere = await this.#ask();
    if (this.#isStopped) return;
    if (!isThere) return this.#watch.failed(`No origin answers at ${this.#originUrl}.`);
    const begunAt = performance.now();
    this.#timers.push(
      setInterval(() => this.#take(performance.now() - begunAt), TAKE_EVERY_MS),
      setInterval(() => void this.#ask(), ASK_EVERY_MS),
    );
  }

  /** Edges come and go; who is gone is seen by its broken connection. @returns whether the origin answered */
  async #ask(): Promise<boolean> {
    const edges = await this.#edges();
    if (edges === undefined || this.#isStopped) return false;
    for (const url of [this.#originUrl, ...edges])
      if (!this.#nodes.has(url) && this.#nodes.size < MOST_NODES)
        this.#nodes.set(url, new WatchedNode(url, this.#merge));
    return true;
  }

  async #edges(): Promise<readonly string[] | undefined> {
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const answer = await fetch(`${this.#originUrl}/api/edges`, { cache: 'no-store', signal });
      const { edges } = (await answer.json()) as Partial<EdgeList>;
      if (!Array.isArray(edges)) return undefined;
      return edges
        .filter(({ live, url }) => live && /^https?:\/\//.test(url))
        .map(({ url }) => url.replace(/\/+$/, ''));
    } catch {
      return undefined;
    }
  }

  #take(sinceMs: number): void {
    const untilMs = wallNow() - SETTLED_MS;
    this.#log.append(this.#merge.take(untilMs));
    if (this.#isReady) {
      this.#log.clock(untilMs - this.#merge.header.wallMs);
      if (this.#log.records.length < MOST_RECORDS) this.#watch.grew();
      else if (this.#watch.goesOn()) this.#beginAnew();
      else this.#end();
    } else if (this.#log.records.length > 0) {
      this.#isReady = true;
      this.#wasReady = true;
      this.#watch.ready(this.#log);
    } else if (sinceMs > BEGIN_WITHIN_MS && !this.#wasReady) {
      this.stop();
      this.#watch.failed(`No node of this fleet lets itself be watched (${this.#originUrl}/trace).`);
    }
  }

  /** The same nodes, in another log: each tells how things stand. */
  #beginAnew(): void {
    this.#merge = new TraceMerge(wallNow());
    this.#log = new SwarmLog(this.#merge.header, true);
    this.#isReady = false;
    for (const [url, node] of this.#nodes) {
      node.stop();
      this.#nodes.set(url, new WatchedNode(url, this.#merge));
    }
  }

  #end(): void {
    this.stop();
    this.#log.isOpen = false;
    this.#watch.grew();
    this.#watch.failed('This log is as long as a page can hold. Watch the fleet again to go on.');
  }
}
