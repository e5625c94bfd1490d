/** What origin and demo say of the edges, read with care: entries of another form are left out. */
import type { DemoEdgeState, RateLimits } from '../../../../shared/api-types/demo.ts';
import { isRecord, parseBaseUrl } from '../../edges/known-edge.ts';

/** `live` and `away` are what an origin knows; the others are known to the demo, whose children the edges are. */
export type EdgeState = DemoEdgeState | 'live' | 'away';

export interface EdgeFigures {
  readonly known: number;
  readonly complete: number;
  readonly verifiedBytes: number;
  readonly fromPeersBytes: number;
  readonly fromOriginBytes: number;
  readonly uploadedBytes: number;
  readonly peers: number;
  /** The origin does not know it. */
  readonly uptimeSeconds: number | undefined;
}

export interface ListedEdge {
  readonly name: string;
  readonly url: string;
  readonly state: EdgeState;
  /** undefined: not an edge of the demo. */
  readonly limits: RateLimits | undefined;
  /** undefined: nobody tells. */
  readonly figures: EdgeFigures | undefined;
}

export interface ListedFleet {
  readonly edges: readonly ListedEdge[];
  /** More than these cannot be had. */
  readonly edgesMax: number;
  /** ms of the clock of whoever answered. */
  readonly atMs: number;
  /** How often whoever answers hears of the edges. */
  readonly toldEveryMs: number;
}

/** An edge reports to its origin so often (edge-node/edge-reports.ts); the demo asks each edge when it is asked. */
const REPORTED_EVERY_MS = 2_000;

/** A page of more cards is of no use to anybody. */
const SHOWN_MAX = 200;
const STATES: readonly unknown[] = ['starting', 'running', 'draining', 'stopped', 'killed', 'failed'];

/** Of the demo's control; undefined: it is no such answer. */
export function parseDemoFleet(answer: unknown): ListedFleet | undefined {
  if (!isRecord(answer) || !Array.isArray(answer.edges)) return undefined;
  const edges = answer.edges.slice(0, SHOWN_MAX).flatMap((entry: unknown): ListedEdge[] => {
    if (!isRecord(entry) || !STATES.includes(entry.state) || !isRecord(entry.limits)) return [];
    const { upBytesPerSecond, downBytesPerSecond } = entry.limits;
    const limits = {
      upBytesPerSecond: amount(upBytesPerSecond),
      downBytesPerSecond: amount(downBytesPerSecond),
    };
    const figures = isRecord(entry.status) ? figuresIn(entry.status) : undefined;
    return listed(entry, entry.state as DemoEdgeState, limits, figures);
  });
  return { edges, edgesMax: amount(answer.edgesMax), atMs: amount(answer.atMs), toldEveryMs: 0 };
}

/** Of `/api/edges`. @param atMs of the page's clock: the answer has none */
export function parseOriginFleet(answer: unknown, atMs: number): ListedFleet | undefined {
  if (!isRecord(answer) || !Array.isArray(answer.edges)) return undefined;
  const edges = answer.edges
    .slice(0, SHOWN_MAX)
    .flatMap((entry: unknown) =>
      isRecord(entry)
        ? listed(entry, entry.live === true ? 'live' : 'away', undefined, figuresIn(entry))
        : [],
    );
  return { edges, edgesMax: 0, atMs, toldEveryMs: REPORTED_EVERY_MS };
}

function listed(
  entry: Record<string, unknown>,
  state: EdgeState,
  limits: RateLimits | undefined,
  figures: EdgeFigures | undefined,
): ListedEdge[] {
  const url = parseBaseUrl(entry.url, 'http:');
  if (url === undefined || typeof entry.name !== 'string') return [];
  return [{ name: entry.name, url, state, limits, figures }];
}

function figuresIn(status: Record<string, unknown>): EdgeFigures | undefined {
  const { images, bytes, peers, uptimeSeconds } = status;
  if (!isRecord(images) || !isRecord(bytes)) return undefined;
  return {
    known: amount(images.known),
    complete: amount(images.complete),
    verifiedBytes: amount(bytes.verified),
    fromPeersBytes: amount(bytes.fromPeers),
    fromOriginBytes: amount(bytes.fromOrigin),
    uploadedBytes: amount(bytes.uploaded),
    peers: amount(peers),
    uptimeSeconds: uptimeSeconds === undefined ? undefined : amount(uptimeSeconds),
  };
}

const amount = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;
