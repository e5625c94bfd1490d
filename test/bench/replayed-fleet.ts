/**
 * A fleet that only tells: each node's own log goes out as its `/trace` would (shared/node/trace/trace-route.ts), at the pace
 * at which it was recorded, from a server of its own, for a browser opens six connections to one.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EdgeInfo, EdgeList } from '../../shared/api-types/status.ts';
import { watchLimits } from '../../shared/node/trace/trace-watch.ts';
import type { TraceRecord } from '../../shared/trace/record.ts';
import { headerLine, makeHeader, recordLine } from '../../shared/trace/write.ts';
import { ownLogs } from '../support/own-logs.ts';

const CROSS_ORIGIN = { 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'no-store' };

export interface ReplayedFleet {
  readonly originUrl: string;
  /** Somebody looks at every node. */
  readonly watched: Promise<unknown>;
  begin(): void;
  close(): void;
}

/** @param records of a whole swarm, the origin's node first */
export async function replayFleet(records: readonly TraceRecord[]): Promise<ReplayedFleet> {
  const nodes = await Promise.all(ownLogs(records).map((log) => ReplayedNode.listen(inOrder(log))));
  const [origin, ...edges] = nodes as [ReplayedNode, ...ReplayedNode[]];
  origin.edges = edges.map(({ url }) => url);
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    originUrl: origin.url,
    watched: Promise.all(nodes.map((node) => node.watched)),
    begin: () => {
      const begunAt = performance.now();
      const wallMs = Date.now();
      for (const node of nodes) node.begin(wallMs);
      timer = setInterval(() => {
        for (const node of nodes) node.tell(performance.now() - begunAt);
      }, watchLimits.batchMs);
    },
    close: () => {
      clearInterval(timer);
      for (const node of nodes) node.close();
    },
  };
}

/** Whom a node meets, and sets, are introduced at the begin of its log. */
function inOrder(log: readonly TraceRecord[]): TraceRecord[] {
  let t = 0;
  return log.map((record) => {
    if (record.type !== 'node' && record.type !== 'set') t = Math.max(t, record.t);
    return { ...record, t };
  });
}

class ReplayedNode {
  edges: readonly string[] = [];
  readonly watched: Promise<void>;
  readonly #server: Server;
  readonly #log: readonly TraceRecord[];
  #told = 0;
  #watcher: ServerResponse | undefined;
  #onWatched: () => void = () => undefined;

  private constructor(log: readonly TraceRecord[]) {
    this.#log = log;
    this.watched = new Promise((resolve) => {
      this.#onWatched = resolve;
    });
    this.#server = createServer((req, res) => {
      if (req.url === '/api/edges') {
        res.setHeaders(new Headers({ ...CROSS_ORIGIN, 'Content-Type': 'application/json' }));
        const edges = this.edges.map((url) => ({ url, live: true }) as EdgeInfo);
        res.end(JSON.stringify({ edges } satisfies EdgeList));
      } else if (req.method === 'HEAD' || req.url !== '/trace') {
        res.writeHead(req.url === '/trace' ? 200 : 404, CROSS_ORIGIN).end();
      } else {
        res.writeHead(200, { ...CROSS_ORIGIN, 'Content-Type': 'text/event-stream' }).flushHeaders();
        this.#watcher = res;
        this.#onWatched();
      }
    });
  }

  static async listen(log: readonly TraceRecord[]): Promise<ReplayedNode> {
    const node = new ReplayedNode(log);
    await new Promise<void>((resolve) => node.#server.listen(0, '127.0.0.1', resolve));
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  begin(wallMs: number): void {
    const header = makeHeader({ source: 'live', wallMs, scenario: '', seed: 0, command: '' });
    this.#send('log', headerLine(header));
  }

  tell(untilMs: number): void {
    let lines = '';
    for (; (this.#log[this.#told]?.t ?? Number.POSITIVE_INFINITY) <= untilMs; this.#told++)
      lines += recordLine(this.#log[this.#told] as TraceRecord);
    this.#send('records', lines + recordLine({ t: Math.round(untilMs), type: 'clock', node: 0 }));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #send(event: 'log' | 'records', lines: string): void {
    this.#watcher?.write(`event: ${event}\ndata: ${lines.slice(0, -1).replaceAll('\n', '\ndata: ')}\n\n`);
  }
}
