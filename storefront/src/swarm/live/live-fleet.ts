/**
 * A fleet that is watched as it runs: the origin is asked for its edges, every node for its trace, and their logs are
 * merged. Only reads. When an edge joins or leaves, the fleet is asked again from the begin.
 */
import type { EdgeList } from '../../../../shared/api-types/status.ts';
import type { RecordOf, TraceHeader, TraceRecord } from '../../../../shared/trace/record.ts';
import { makeHeader } from '../../../../shared/trace/write.ts';
import { SwarmLog } from '../log/swarm-log.ts';
import { LogMerger } from './merge-logs.ts';
import { watchNode } from './trace-stream.ts';

/** A node that has not answered by then is left out. */
const BEGIN_WITHIN_MS = 3_000;
/** Nodes send in parcels: what is older has come from all. */
const SETTLED_MS = 300;
const TAKE_EVERY_MS = 100;

export interface FleetWatch {
  readonly ready: (log: SwarmLog) => void;
  readonly grew: () => void;
  readonly failed: (why: string) => void;
}

interface Node {
  readonly stop: () => void;
  header: TraceHeader | undefined;
  self: RecordOf<'node'> | undefined;
  hasEnded: boolean;
  /** Until the fleet is complete. */
  early: TraceRecord[];
}

export class LiveFleet {
  readonly #originUrl: string;
  readonly #watch: FleetWatch;
  #nodes: Node[] = [];
  #merger: LogMerger | undefined;
  #log: SwarmLog | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #sources: readonly Node[] = [];
  #isStopped = false;

  constructor(originUrl: string, watch: FleetWatch) {
    this.#originUrl = originUrl;
    this.#watch = watch;
    void this.#begin();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    for (const { stop } of this.#nodes) stop();
  }

  async #begin(): Promise<void> {
    const edges = await this.#edges();
    if (this.#isStopped) return;
    if (edges === undefined) return this.#watch.failed(`No origin answers at ${this.#originUrl}.`);
    this.#nodes = [this.#originUrl, ...edges].map((url) => this.#attach(url));
    const begunAt = performance.now();
    this.#timer = setInterval(() => {
      if (this.#merger === undefined) this.#gather(performance.now() - begunAt);
      else this.#take();
    }, TAKE_EVERY_MS);
  }

  async #edges(): Promise<readonly string[] | undefined> {
    try {
      const answer = await fetch(`${this.#originUrl}/api/edges`, { cache: 'no-store' });
      const { edges } = (await answer.json()) as Partial<EdgeList>;
      if (!Array.isArray(edges)) return undefined;
      return edges
        .filter(({ live, url }) => live && /^https?:\/\//.test(url))
        .map(({ url }) => url.replace(/\/+$/, ''));
    } catch {
      return undefined;
    }
  }

  #attach(url: string): Node {
    const node: Node = { stop: () => stop(), header: undefined, self: undefined, hasEnded: false, early: [] };
    const stop = watchNode(url, {
      begun: (header, self) => {
        node.header = header;
        node.self = self;
      },
      records: (records) => {
        const source = this.#sources.indexOf(node);
        if (source >= 0) this.#merger?.add(source, records);
        else if (this.#merger === undefined) node.early.push(...records);
      },
      ended: () => {
        node.hasEnded = true;
      },
    });
    return node;
  }

  /** Waits for all nodes, but not for long. */
  #gather(waitedMs: number): void {
    const isComplete = this.#nodes.every(({ self, hasEnded }) => self !== undefined || hasEnded);
    if (!isComplete && waitedMs < BEGIN_WITHIN_MS) return;
    this.#sources = this.#nodes.filter(({ self }) => self !== undefined);
    if (this.#sources.length === 0) {
      this.stop();
      return this.#watch.failed(`No node of this fleet lets itself be watched (${this.#originUrl}/trace).`);
    }
    this.#merger = new LogMerger(
      this.#sources.map(({ header, self }) => ({
        header: header as TraceHeader,
        self: self as RecordOf<'node'>,
      })),
    );
    this.#sources.forEach(({ early }, source) => {
      this.#merger?.add(source, early);
    });
    this.#log = new SwarmLog(
      makeHeader({ source: 'live', wallMs: this.#merger.startMs, scenario: '', seed: 0, command: '' }),
      true,
    );
    this.#take();
    this.#watch.ready(this.#log);
  }

  #take(): void {
    const log = this.#log;
    if (log === undefined || this.#merger === undefined) return;
    const newest = this.#merger.newestMs;
    const settled = Math.max(log.endMs, newest - SETTLED_MS);
    log.append(this.#merger.take(settled));
    log.clock(settled);
    if (this.#sources.every(({ hasEnded }) => hasEnded)) {
      log.append(this.#merger.take(Number.POSITIVE_INFINITY));
      log.isOpen = false;
      this.stop();
    }
    this.#watch.grew();
  }
}
