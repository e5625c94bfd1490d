/** Edges and their latencies, kept over visits: a returning shopper's first image need not wait for any probe. */
import { UNKNOWN_HEALTH } from './health.ts';
import { isRecord, type KnownEdge, parseBaseUrl } from './known-edge.ts';

/** A week: fleets change, and so do the networks a phone is in. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;
const EDGES_MAX = 64;
const LATENCY_MAX_MS = 60_000;

const STORAGE_KEY = 'shoal.edges';

export type EdgeStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Storage may be forbidden: then nothing is remembered. */
export function readEdges(storage: EdgeStorage, pageProtocol: string, nowMs: number): KnownEdge[] {
  try {
    return recallEdges(storage.getItem(STORAGE_KEY), pageProtocol, nowMs);
  } catch {
    return [];
  }
}

/** Storage may be full. */
export function writeEdges(storage: EdgeStorage, edges: readonly KnownEdge[]): void {
  try {
    storage.setItem(STORAGE_KEY, rememberEdges(edges));
  } catch {
    return;
  }
}

export function rememberEdges(edges: readonly KnownEdge[]): string {
  return JSON.stringify({
    version: 1,
    edges: edges
      .filter((edge) => edge.health.probe === 'ok')
      .map(({ name, url, listedAtMs, health }) => ({ name, url, listedAtMs, latencyMs: health.latencyMs })),
  });
}

/** Whatever cannot be read is forgotten: storage belongs to the shopper, who may have changed it. */
export function recallEdges(text: string | null, pageProtocol: string, nowMs: number): KnownEdge[] {
  const stored = parseJson(text);
  if (!isRecord(stored) || stored.version !== 1 || !Array.isArray(stored.edges)) return [];
  const edges: KnownEdge[] = [];
  for (const entry of stored.edges.slice(0, EDGES_MAX)) {
    if (!isRecord(entry) || typeof entry.name !== 'string') continue;
    const { listedAtMs, latencyMs } = entry;
    const url = parseBaseUrl(entry.url, pageProtocol);
    if (url === undefined || !isBetween(listedAtMs, nowMs - REMEMBERED_MS, nowMs)) continue;
    if (!isBetween(latencyMs, 0, LATENCY_MAX_MS)) continue;
    edges.push({ name: entry.name, url, listedAtMs, health: { ...UNKNOWN_HEALTH, latencyMs } });
  }
  return edges;
}

function isBetween(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && value >= low && value <= high;
}

function parseJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
