/** Which edge should serve an image, and which is next when it does not. Pure: everything known comes in. */

import { rendezvousOrder } from '../../../shared/http/rendezvous.ts';
import { isAvoided } from './health.ts';
import type { KnownEdge } from './known-edge.ts';

/** A node that images can come from. */
export interface ImageSource {
  readonly kind: 'edge' | 'origin';
  readonly name: string;
  readonly url: string;
}

/**
 * Two edges are near-equal when a shopper could not tell them apart: within half again of the best, or 40 ms
 * more (a first probe's own noise on a busy phone). Splitting an image between them would only halve both caches' use.
 */
const NEAR_FACTOR = 1.5;
const NEAR_SLACK_MS = 40;

/** The latency up to which an edge is near-equal to one with `bestMs`. */
export function nearLimitMs(bestMs: number): number {
  return bestMs * NEAR_FACTOR + NEAR_SLACK_MS;
}

/**
 * Edges for one image, best first: the near-equal ones in rendezvous order of the image id, then farther ones by
 * latency, then those not measured yet (all count as near when none is measured). Avoided edges are left out.
 */
export function rankEdges(edges: readonly KnownEdge[], imageId: string, nowMs: number): KnownEdge[] {
  const usable = edges.filter((edge) => !isAvoided(edge.health, nowMs));
  const latencyOf = (edge: KnownEdge) => edge.health.latencyMs ?? Number.POSITIVE_INFINITY;
  const bestMs = Math.min(...usable.map(latencyOf));
  const limitMs = nearLimitMs(bestMs);
  const inOrder = rendezvousOrder(imageId, usable, (edge) => edge.url);
  const near = inOrder.filter((edge) => latencyOf(edge) <= limitMs);
  const far = inOrder.filter((edge) => latencyOf(edge) > limitMs);
  return [...near, ...far.sort((a, b) => compare(latencyOf(a), latencyOf(b)))];
}

export interface SourceQuestion {
  readonly imageId: string;
  readonly edges: readonly KnownEdge[];
  /** The page's own host: the last resort. */
  readonly origin: ImageSource;
  /** URLs of sources that failed this image in the present round. */
  readonly tried: ReadonlySet<string>;
  /** The source this image came from earlier in this visit: its bytes are in the browser's cache. */
  readonly preferredUrl?: string | undefined;
  readonly nowMs: number;
}

/** Best source not tried yet; the origin when no edge is left; `undefined` when that was tried too. */
export function nextSource(question: SourceQuestion): ImageSource | undefined {
  const { imageId, edges, origin, tried, preferredUrl, nowMs } = question;
  const untried = rankEdges(edges, imageId, nowMs).filter((edge) => !tried.has(edge.url));
  const edge = untried.find(({ url }) => url === preferredUrl) ?? untried[0];
  if (edge !== undefined) return { kind: 'edge', name: edge.name, url: edge.url };
  return tried.has(origin.url) ? undefined : origin;
}

/** Plain subtraction would make NaN of two infinities. */
function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
