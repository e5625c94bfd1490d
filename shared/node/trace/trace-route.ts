/**
 * GET /trace of both roles: what this node's swarm does, as it happens, for the swarm page wherever it is served from. Read
 * only, as server-sent events (WHATWG HTML, section 9.2): each event's data are lines of a log (shared/trace/record.ts).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpMetrics } from '../http/http-metrics.ts';
import { CROSS_ORIGIN } from '../http/image-headers.ts';
import type { RequestHandler } from '../http/image-route.ts';
import { sendProblem } from '../http/problem-response.ts';
import { TraceWatch, type WatchedNode, type WatchLimits, watchLimits } from './trace-watch.ts';

/** Each costs as much as writing its lines: some people at once, and no crowd. */
export const MAX_WATCHERS = 4;
const RETRY_AFTER_SECONDS = 10;

const HEADERS = [
  'Content-Type',
  'text/event-stream; charset=utf-8',
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
  // A proxy that gathers an answer before it passes it on would show nothing (nginx).
  'X-Accel-Buffering',
  'no',
  ...CROSS_ORIGIN,
];

export interface TraceRoute {
  readonly handler: RequestHandler;
  /** Ends all watches: a server that drains would wait for them. */
  close(): void;
}

/** @param watched undefined: nobody may look */
export function createTraceRoute(
  watched: WatchedNode | undefined,
  metrics: HttpMetrics,
  limits: WatchLimits = watchLimits,
): TraceRoute {
  const watches = new Set<ServerResponse>();
  const refuse = (
    res: ServerResponse,
    status: number,
    code: string,
    detail: string,
    extra: string[] = [],
  ) => {
    metrics.answered('other', status);
    sendProblem(res, { status, code, detail }, extra);
  };
  const answer = (req: IncomingMessage, res: ServerResponse): void => {
    if (req.method !== 'GET' && req.method !== 'HEAD')
      return refuse(res, 405, 'method_not_allowed', 'The trace can be read only: GET, HEAD.', [
        'Allow',
        'GET, HEAD',
      ]);
    if (watched === undefined)
      return refuse(res, 404, 'trace_off', 'This node shows no trace (--trace off).');
    if (req.method === 'GET' && watches.size >= MAX_WATCHERS)
      return refuse(res, 503, 'trace_busy', 'As many watch this node as may.', [
        'Retry-After',
        String(RETRY_AFTER_SECONDS),
      ]);
    metrics.answered('other', 200);
    res.writeHead(200, HEADERS);
    // From the time that its head takes a page knows how far away the node is.
    if (req.method === 'HEAD') res.end();
    else watch(watched, res, watches, limits);
  };
  return {
    handler: (req, res) => {
      if ((req.url ?? '').split('?', 1)[0] !== '/trace') return false;
      answer(req, res);
      return true;
    },
    close: () => {
      for (const res of watches) res.end();
    },
  };
}

function watch(
  watched: WatchedNode,
  res: ServerResponse,
  watches: Set<ServerResponse>,
  limits: WatchLimits,
): void {
  watches.add(res);
  const sink = { write: (lines: string, isNew: boolean) => res.write(eventOf(lines, isNew)) };
  const running = new TraceWatch(watched, sink, limits);
  res.on('drain', () => running.drained());
  res.on('error', () => res.destroy());
  res.once('close', () => {
    watches.delete(res);
    running.close();
  });
}

/** `log` begins another log, `records` goes on with it. Lines of JSON hold no line feed of their own. */
function eventOf(lines: string, isNew: boolean): string {
  const data = lines.slice(0, -1).replaceAll('\n', '\ndata: ');
  return `event: ${isNew ? 'log' : 'records'}\ndata: ${data}\n\n`;
}
