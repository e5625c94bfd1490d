/** An edge as this browser knows it: what the origin lists, and what was measured. */
import { type EdgeHealth, UNKNOWN_HEALTH } from './health.ts';

export interface ListedEdge {
  readonly name: string;
  /** Base URL, no trailing slash. It identifies the edge. */
  readonly url: string;
  /** Of the bytes it fetched, the part that came from other nodes, 0 to 1; absent: it is not known. */
  readonly peerShare?: number;
}

export interface KnownEdge extends ListedEdge {
  /** When the origin last listed it as live, Unix ms. */
  readonly listedAtMs: number;
  readonly health: EdgeHealth;
}

/** More edges than a shopper's browser will ever need; a longer list is cut. */
const EDGES_MAX = 64;
/** The origin forgets its edges when it restarts; they are back within seconds. Long enough to bridge that. */
const UNLISTED_KEPT_MS = 60_000;

/**
 * Takes the live edges out of an answer of `/api/edges`; entries of another form are left out. A page loaded over
 * https cannot take images from http, so those are left out too. Answers `undefined` when it is no list at all.
 */
export function parseEdgeList(answer: unknown, pageProtocol: string): ListedEdge[] | undefined {
  if (!isRecord(answer) || !Array.isArray(answer.edges)) return undefined;
  const edges = new Map<string, ListedEdge>();
  for (const entry of answer.edges.slice(0, EDGES_MAX)) {
    if (!isRecord(entry) || entry.live !== true || typeof entry.name !== 'string') continue;
    const url = parseBaseUrl(entry.url, pageProtocol);
    if (url !== undefined) edges.set(url, { name: entry.name, url, ...peerShareOf(entry.bytes) });
  }
  return [...edges.values()];
}

function peerShareOf(bytes: unknown): { readonly peerShare?: number } {
  if (!isRecord(bytes)) return {};
  const { fromPeers, fromOrigin } = bytes;
  if (!isCount(fromPeers) || !isCount(fromOrigin) || fromPeers + fromOrigin === 0) return {};
  return { peerShare: fromPeers / (fromPeers + fromOrigin) };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** A base URL in the one form that is compared: `http://host:port`, without query, user or trailing slash. */
export function parseBaseUrl(text: unknown, pageProtocol: string): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const secure = url.protocol === 'https:';
  if (!secure && (url.protocol !== 'http:' || pageProtocol === 'https:')) return undefined;
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** The new list, with what is known of each edge; an edge no longer listed stays for a short while. */
export function mergeEdges(
  known: readonly KnownEdge[],
  listed: readonly ListedEdge[],
  nowMs: number,
): KnownEdge[] {
  const healthOf = new Map(known.map((edge) => [edge.url, edge.health]));
  const listedUrls = new Set(listed.map((edge) => edge.url));
  const kept = known.filter(
    (edge) => !listedUrls.has(edge.url) && nowMs - edge.listedAtMs < UNLISTED_KEPT_MS,
  );
  return [
    ...listed.map((edge) => ({
      ...edge,
      listedAtMs: nowMs,
      health: healthOf.get(edge.url) ?? UNKNOWN_HEALTH,
    })),
    ...kept,
  ].slice(0, EDGES_MAX);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
