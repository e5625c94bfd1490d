/** One request for image bytes on its way through the route. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UserError } from '../../errors.ts';
import { digestHeaders } from './digests.ts';
import type { HttpMetrics, RouteLabel } from './http-metrics.ts';
import type { RawHeaders, Resource } from './image-headers.ts';
import type { Content } from './multipart.ts';
import { giveHead } from './prepared-head.ts';
import type { RenditionBody } from './rendition-source.ts';

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

function writeHead({ req, res }: Exchange, plan: Plan, body: RenditionBody): void {
  const { resource, status, content } = plan;
  const digests = digestHeaders(req, plan, body);
  const isPlain = content === undefined && body.tally === undefined && digests.length === 0;
  if (isPlain && giveHead(res, resource.whole[body.source])) return;
  res.writeHead(status, [...plainHeadersOf(plan, body), ...digests]);
}

function plainHeadersOf({ resource, content, partialHeaders }: Plan, body: RenditionBody): RawHeaders {
  const { source, tally } = body;
  if (content === undefined && tally === undefined) return resource.whole[source];
  const where = tally === undefined ? resource.where.from[source] : resource.where.arriving(tally);
  return [...resource.base, ...where, ...(content === undefined ? resource.content : partialHeaders)];
}

/** Since its request. */
export const elapsedMsOf = ({ startedMs }: Exchange): number => performance.now() - startedMs;

/** What to say when the image was purged since the request came. */
export function purgeOf({ resource: { hold } }: Plan): UserError | undefined {
  return hold?.isPublished() === false
    ? new UserError('image_unknown', 404, 'The image was purged.')
    : undefined;
}

/**
 * Writes the status line and headers, and counts the answer.
 * @throws UserError `image_unknown` when the image was purged since the request came
 */
export function beginAnswer(exchange: Exchange, plan: Plan, body: RenditionBody): void {
  const purge = purgeOf(plan);
  if (purge !== undefined) throw purge;
  plan.resource.hold?.sending(exchange.req.socket);
  writeHead(exchange, plan, body);
  exchange.metrics.answered(exchange.route, plan.status);
}
