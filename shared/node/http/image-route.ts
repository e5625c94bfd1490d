/**
 * GET, HEAD and OPTIONS of /images/… on bare node:http, the same on both roles. Answers depend on the path, the
 * image words of the query, and the fields Accept, Range, If-Range, If-Match and If-None-Match; where the address leaves
 * it open on Save-Data and client hints; and Want-Repr-Digest adds a field. Nothing else that a client can send changes
 * a byte (threat row 38). Not in express: it costs nine tenths of the warm path.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { PublishedImage } from '../../api-types/catalog.ts';
import { type ImageRoute, parseImageRoute } from '../../http/route.ts';
import type { Exchange, HttpLog, Plan } from './exchange.ts';
import type { HttpMetrics, RouteLabel } from './http-metrics.ts';
import type { Resource } from './image-headers.ts';
import type { ImageReaders } from './image-readers.ts';
import { ImageResources, padResource } from './image-resources.ts';
import { padBody } from './pad-body.ts';
import { planAnswer } from './plan-answer.ts';
import { answerOptions, notFound, preconditionFailed, rangeUnsatisfiable, refuseMethod } from './refusals.ts';
import type { PartialSource, RenditionBody } from './rendition-source.ts';
import { sendHeadersWhenThere, sendWarm, sendWhenThere } from './send-body.ts';

export interface ImageRouteOptions {
  readonly source: PartialSource;
  /** A worker leaves what it does not know to its edge. */
  readonly role: 'origin' | 'edge' | 'worker';
  /** This node in Cache-Status (RFC 9211). */
  readonly nodeName: string;
  readonly readers: Pick<ImageReaders, 'sending'>;
  /** Only some are let in: no shared cache may keep an answer. Default false. */
  readonly isPrivate?: boolean;
  readonly metrics: HttpMetrics;
  readonly log: HttpLog;
}

/** Answers the request and says true, or leaves it alone and says false. */
export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => boolean;

type KnownRoute = Exclude<ImageRoute, { type: 'unknown' }>;

/** What lies at an address, as long as the image is the published one. */
interface Addressed {
  readonly route: KnownRoute;
  readonly image: PublishedImage;
  readonly found: Found;
}

/** Their images stay in memory, also when they are purged: some MB at most. */
const MAX_ADDRESSES = 4_096;

/** A resource and the way to its bytes. */
interface Found {
  readonly resource: Resource;
  open(isReadWhole: boolean): Promise<RenditionBody> | RenditionBody | undefined;
}

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
  const { source, role, nodeName, readers, isPrivate, metrics, log } = options;
  // Weak: what the catalog forgets, or replaces, is gone here too.
  const resources = new WeakMap<PublishedImage, ImageResources>();

  const resourcesOf = (image: PublishedImage): ImageResources => {
    let found = resources.get(image);
    if (found === undefined) {
      const hold = {
        isPublished: () => source.image(image.id)?.infoHash === image.infoHash,
        sending: (socket: Socket) => readers.sending(socket, image.id),
      };
      found = new ImageResources(image, nodeName, hold, isPrivate);
      resources.set(image, found);
    }
    return found;
  };

  const find = (route: KnownRoute, image: PublishedImage, req: IncomingMessage): Found | undefined => {
    if (route.type === 'pad') {
      const resource = padResource(route.lengthBytes, nodeName);
      return { resource, open: () => padBody(route.lengthBytes) };
    }
    const ofImage = resourcesOf(image);
    const found =
      route.type === 'named' ? ofImage.named(route.name) : ofImage.negotiated(route.query, req.headers);
    return (
      found && {
        resource: found.resource,
        open: (isReadWhole) => source.open(image, found.rendition, isReadWhole),
      }
    );
  };

  // The addresses in pages: what is asked for again is neither parsed nor looked for by its parts.
  const addresses = new Map<string, Addressed>();

  return function imageRoute(req, res) {
    const startedMs = performance.now();
    const address = req.url ?? '';
    const known = addresses.get(address);
    const route = known === undefined ? parseImageRoute(address) : known.route;
    if (route === undefined) return false;
    const exchange: Exchange = { req, res, route: LABELS[route.type], startedMs, metrics, log };
    // A GET has no body. Whoever sends one may be hiding a second request in it (threat row 47): answer and hang up.
    if (hasBody(req)) res.shouldKeepAlive = false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      if (req.method === 'OPTIONS') answerOptions(exchange);
      else refuseMethod(exchange);
      return true;
    }
    if (route.type === 'unknown') {
      notFound(exchange, 'image_unknown', UNKNOWN_IMAGE.origin);
      return true;
    }
    const image = source.image(route.imageId);
    if (image === undefined) {
      if (role === 'worker') return false;
      notFound(exchange, 'image_unknown', UNKNOWN_IMAGE[role]);
      return true;
    }
    if (known?.image === image) return answer(exchange, known.found);
    const found = find(route, image, req);
    if (found !== undefined) {
      // Spelt as pages spell it: other ways to write an address are without number.
      if (route.type === 'named' && address === `/images/${route.imageId}/${route.name}`) {
        if (addresses.size >= MAX_ADDRESSES) addresses.clear();
        addresses.set(address, { route, image, found });
      }
      return answer(exchange, found);
    }
    notFound(exchange, 'rendition_unknown', 'The image has no such rendition.');
    return true;
  };
}

/** @returns false when its bytes are another's to send */
function answer(exchange: Exchange, found: Found): boolean {
  const { req, res, metrics, route } = exchange;
  const { resource } = found;
  const outcome = planAnswer(req, resource);
  if (outcome === 'precondition-failed') preconditionFailed(exchange);
  else if (outcome === 'range-unsatisfiable') rangeUnsatisfiable(exchange, resource);
  else if (outcome === 'not-modified') {
    metrics.answered(route, 304);
    res.writeHead(304, resource.notModified as string[]);
    res.end();
  } else return send(exchange, outcome, found);
  return true;
}

function send(exchange: Exchange, plan: Plan, found: Found): boolean {
  let opening: Promise<RenditionBody> | RenditionBody | undefined;
  try {
    opening = found.open(exchange.req.method === 'GET' && plan.content === undefined);
  } catch (error) {
    opening = Promise.reject(error);
  }
  if (opening === undefined) return false;
  if (exchange.req.method === 'HEAD') void sendHeadersWhenThere(exchange, plan, opening);
  else if (!(opening instanceof Promise) && opening.whole !== undefined)
    sendWarm(exchange, plan, opening, opening.whole);
  else void sendWhenThere(exchange, plan, opening);
  return true;
}

export function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length'];
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
