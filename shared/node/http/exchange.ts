/** One request for image bytes on its way through the route. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpMetrics, RouteLabel } from './http-metrics.ts';
import type { RawHeaders, Resource } from './image-headers.ts';
import type { Content } from './multipart.ts';
import type { ByteSource } from './rendition-source.ts';

/** The part of pino that the HTTP side uses. */
export interface HttpLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly route: RouteLabel;
  /** Of performance.now. */
  readonly startedMs: number;
  readonly metrics: HttpMetrics;
  readonly log: HttpLog;
}

/** What to send when the bytes are there. */
export interface Plan {
  readonly resource: Resource;
  readonly status: 200 | 206;
  /** `undefined`: the whole file. */
  readonly content: Content | undefined;
  /** Headers of a 206 beyond those of the resource; empty for 200. */
  readonly partialHeaders: RawHeaders;
}

export function headersOf(plan: Plan, source: ByteSource): RawHeaders {
  return plan.content === undefined
    ? plan.resource.whole[source]
    : [...plan.resource.base[source], ...plan.partialHeaders];
}

/** Writes the status line and headers, and counts the answer. */
export function beginAnswer(exchange: Exchange, plan: Plan, source: ByteSource, headers: RawHeaders): void {
  exchange.res.writeHead(plan.status, headers as string[]);
  exchange.metrics.answered(exchange.route, plan.status);
  exchange.metrics.firstByte(source, performance.now() - exchange.startedMs);
}
