/** The two questions a page asks: the origin for the list of edges, and an edge whether it is there. */
import type { ProbeResult } from './health.ts';
import { type ListedEdge, parseEdgeList } from './known-edge.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const LIST_TIMEOUT_MS = 5_000;

/** @throws Error when the origin does not answer with a list */
export async function fetchEdgeList(fetch: Fetch, pageProtocol: string): Promise<ListedEdge[]> {
  const signal = AbortSignal.timeout(LIST_TIMEOUT_MS);
  const response = await fetch('/api/edges', { cache: 'no-store', signal });
  if (!response.ok) throw new Error(`/api/edges answered ${response.status}`);
  const listed = parseEdgeList(await response.json(), pageProtocol);
  if (listed === undefined) throw new Error('/api/edges answered no list of edges');
  return listed;
}

/** `no-cors`: any answer shows that the edge is there, and no header is needed from it for that. */
export async function probeEdge(fetch: Fetch, url: string, timeoutMs: number): Promise<ProbeResult> {
  const startMs = performance.now();
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    await fetch(`${url}/healthz`, { mode: 'no-cors', cache: 'no-store', credentials: 'omit', signal });
    return { ok: true, latencyMs: performance.now() - startMs };
  } catch {
    return { ok: false };
  }
}
