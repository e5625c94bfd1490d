/**
 * GET, HEAD and OPTIONS of /images/… on bare node:http, the same on both roles. Answers depend on the path, the
 * image words of the query, and the fields Accept, Range, If-Range, If-Match and If-None-Match: nothing else that a
 * client can send changes a byte (threat row 38). Not in express: it costs nine tenths of the warm path.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PublishedImage } from '../../api-types/catalog.ts';
import { evaluateConditions, rangeHolds } from '../../http/conditional.ts';
import { parseImageQuery } from '../../http/query.ts';
import { contentRange, parseRange, unsatisfiedRange } from '../../http/range.ts';
import { type ImageRoute, parseImageRoute } from '../../http/route.ts';
import { selectRendition } from '../../http/select-rendition.ts';
import type { Exchange, HttpLog, Plan } from './exchange.ts';
import type { HttpMetrics, RouteLabel } from './http-metrics.ts';
import { CROSS_ORIGIN, ImageResources, makeResource, NAMED_CACHING, type Resource } from './image-headers.ts';
import { boundaryOf, multipart, singlePart } from './multipart.ts';
import { padBody } from './pad-body.ts';
import { sendProblem } from './problem-response.ts';
import type { RenditionBody, RenditionSource } from './rendition-source.ts';
import { sendHeadersWhenThere, sendWarm, sendWhenThere } from './send-body.ts';

export interface ImageRouteOptions {
  readonly source: RenditionSource;
  readonly role: 'origin' | 'edge';
  /** This node in Cache-Status (RFC 9211). */
  readonly nodeName: string;
  readonly metrics: HttpMetrics;
  readonly log: HttpLog;
}

/** Answers the request and says true, or leaves it alone and says false. */
export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => boolean;

/** A resource and the way to its bytes. */
interface Found {
  readonly resource: Resource;
  open(): Promise<RenditionBody> | RenditionBody;
}

const ALLOWED = 'GET, HEAD, OPTIONS';
const NO_CONTENT: readonly string[] = [
  'Allow',
  ALLOWED,
  ...CROSS_ORIGIN,
  'Access-Control-Allow-Methods',
  ALLOWED,
  'Access-Control-Allow-Headers',
  'Range, If-Range, If-Match, If-None-Match',
  'Access-Control-Max-Age',
  '86400',
];

const UNKNOWN_IMAGE = {
  origin: 'There is no image at this address.',
  edge: 'This edge knows of no image at this address; one published a moment ago may still be on its way.',
} as const;

const LABELS: Readonly<Record<ImageRoute['type'], RouteLabel>> = {
  named: 'named',
  negotiated: 'negotiated',
  pad: 'pad',
  unknown: 'image_other',
};

export function createImageRoute(options: ImageRouteOptions): RequestHandler {
  const { source, role, nodeName, metrics, log } = options;
  // Weak: what the catalog forgets, or replaces, is gone here too.
  const resources = new WeakMap<PublishedImage, ImageResources>();

  const resourcesOf = (image: PublishedImage): ImageResources => {
    let found = resources.get(image);
    if (found === undefined) {
      found = new ImageResources(image, nodeName);
      resources.set(image, found);
    }
    return found;
  };

  const find = (route: ImageRoute, image: PublishedImage, req: IncomingMessage): Found | undefined => {
    const ofImage = resourcesOf(image);
    if (route.type === 'pad') {
      const resource = padResource(route.lengthBytes, nodeName);
      return { resource, open: () => padBody(route.lengthBytes) };
    }
    if (route.type === 'named') {
      const rendition = ofImage.rendition(route.name);
      if (rendition === undefined) return undefined;
      return { resource: ofImage.named(rendition), open: () => source.open(image, rendition) };
    }
    if (route.type !== 'negotiated') return undefined;
    const rendition = selectRendition(image, parseImageQuery(route.query), req.headers.accept);
    if (rendition === undefined) return undefined;
    return { resource: ofImage.negotiated(rendition), open: () => source.open(image, rendition) };
  };

  return function imageRoute(req, res) {
    const startedMs = performance.now();
    const route = parseImageRoute(req.url ?? '');
    if (route === undefined) return false;
    const exchange: Exchange = { req, res, route: LABELS[route.type], startedMs, metrics, log };
    // A GET has no body. Whoever sends one may be hiding a second request in it (threat row 47): answer and hang up.
    if (hasBody(req)) res.shouldKeepAlive = false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      refuseMethod(exchange);
      return true;
    }
    const image = route.type === 'unknown' ? undefined : source.image(route.imageId);
    if (image === undefined) {
      notFound(exchange, 'image_unknown', UNKNOWN_IMAGE[role]);
      return true;
    }
    const found = find(route, image, req);
    if (found === undefined) notFound(exchange, 'rendition_unknown', 'The image has no such rendition.');
    else answer(exchange, found);
    return true;
  };
}

function answer(exchange: Exchange, found: Found): void {
  const { req, res, metrics, route } = exchange;
  const { resource } = found;
  const verdict = evaluateConditions(
    { ifMatch: header(req, 'if-match'), ifNoneMatch: header(req, 'if-none-match') },
    resource.etag,
  );
  if (verdict === 'not-modified') {
    metrics.answered(route, 304);
    res.writeHead(304, resource.notModified as string[]);
    res.end();
    return;
  }
  if (verdict === 'precondition-failed') {
    metrics.answered(route, 412);
    const detail = 'The file has another ETag than If-Match names.';
    sendProblem(res, { status: 412, code: 'precondition_failed', detail });
    return;
  }
  const plan = planAnswer(req, resource);
  if (plan === undefined) {
    metrics.answered(route, 416);
    const detail = `The file has ${resource.sizeBytes} bytes; the range lies outside.`;
    sendProblem(res, { status: 416, code: 'range_unsatisfiable', detail }, [
      'Content-Range',
      unsatisfiedRange(resource.sizeBytes),
    ]);
    return;
  }
  send(exchange, plan, found);
}

function send(exchange: Exchange, plan: Plan, found: Found): void {
  let opening: Promise<RenditionBody> | RenditionBody;
  try {
    opening = found.open();
  } catch (error) {
    opening = Promise.reject(error);
  }
  if (exchange.req.method === 'HEAD') void sendHeadersWhenThere(exchange, plan, opening);
  else if (!(opening instanceof Promise) && opening.whole !== undefined)
    sendWarm(exchange, plan, opening, opening.whole);
  else void sendWhenThere(exchange, plan, opening);
}

/** `undefined`: 416. Range is for GET only (RFC 9110 section 14.2). */
function planAnswer(req: IncomingMessage, resource: Resource): Plan | undefined {
  const field = req.method === 'GET' ? req.headers.range : undefined;
  const whole: Plan = { resource, status: 200, content: undefined, partialHeaders: [] };
  if (field === undefined || !rangeHolds(header(req, 'if-range'), resource.etag)) return whole;
  const wish = parseRange(field, resource.sizeBytes);
  if (wish.type === 'whole') return whole;
  if (wish.type === 'unsatisfiable') return undefined;
  const [first] = wish.ranges;
  const single = wish.ranges.length === 1 && first !== undefined;
  const content = single ? singlePart(first) : multipart(resource, wish.ranges);
  const partialHeaders = [
    'Content-Type',
    single ? resource.contentType : `multipart/byteranges; boundary=${boundaryOf(resource)}`,
    'Content-Length',
    String(content.lengthBytes),
    ...(single ? ['Content-Range', contentRange(first, resource.sizeBytes)] : []),
  ];
  return { resource, status: 206, content, partialHeaders };
}

function refuseMethod(exchange: Exchange): void {
  const { req, res, metrics, route } = exchange;
  if (req.method === 'OPTIONS') {
    metrics.answered(route, 204);
    res.writeHead(204, NO_CONTENT as string[]);
    res.end();
    return;
  }
  metrics.answered(route, 405);
  // No purge verb either (threat row 45): only signed entries of the log take an image away.
  const detail = `Images can be read only: ${ALLOWED}.`;
  sendProblem(res, { status: 405, code: 'method_not_allowed', detail }, ['Allow', ALLOWED]);
}

function notFound(exchange: Exchange, code: string, detail: string): void {
  exchange.metrics.answered(exchange.route, 404);
  sendProblem(exchange.res, { status: 404, code, detail });
}

function padResource(lengthBytes: number, nodeName: string): Resource {
  const parts = {
    etag: `"pad-${lengthBytes}"`,
    sizeBytes: lengthBytes,
    contentType: 'application/octet-stream',
    caching: NAMED_CACHING,
  };
  return makeResource(parts, nodeName);
}

function header(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length'];
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
