/** What may happen to a shop, as data. */
import type { LinkShape } from './links/link-shape.ts';
import { megabits } from './links/link-shape.ts';

export interface FleetEvent {
  readonly atMs: number;
  readonly what: 'kill' | 'start';
  /** 0: the origin; 1 and up: an edge. */
  readonly node: number;
}

export interface Scenario {
  readonly summary: string;
  readonly originLink: LinkShape;
  readonly edgeLink: LinkShape;
  /** Of the last edge; default: as the others'. */
  readonly farEdgeLink?: LinkShape;
  readonly prefetch: 'all' | 'none';
  /** Products that everybody wants; 0: all, by popularity. */
  readonly saleProducts: number;
  /** Visitors come this long. */
  readonly arrivalsMs: number;
  /** `links`: each edge was asked for a little before; `all`: for all that the traffic wants; `nothing`: just started. */
  readonly warmed: 'nothing' | 'links' | 'all';
  /** New visitors a second, to all edges together. */
  readonly visitorsPerSecond: number;
  /** Other visitors come this long before those that count: programs that just started run code that is not compiled. */
  readonly rehearsalMs?: number;
  /** All modes run at once, and each visitor comes to each of them. Default: one mode after the other. */
  readonly isTogether?: true;
  /** One more edge that answers its siblings with wrong bytes; shoppers do not know it. */
  readonly liar?: boolean;
  readonly events?: (edges: number) => readonly FleetEvent[];
}

const link = (upMbit: number, downMbit: number, delayMs: number, loss = 0): LinkShape => ({
  upBytesPerSecond: megabits(upMbit),
  downBytesPerSecond: megabits(downMbit),
  delayMs,
  loss,
});

const THIN_ORIGIN = link(20, 100, 20);
const EDGE = link(100, 100, 5);
const base = {
  originLink: THIN_ORIGIN,
  edgeLink: EDGE,
  prefetch: 'none',
  saleProducts: 0,
  arrivalsMs: 20_000,
  visitorsPerSecond: 12,
  warmed: 'links',
} as const;

export const scenarios: Readonly<Record<string, Scenario>> = {
  'flash-sale': {
    ...base,
    summary: 'all visitors come within 10 s and want ten products that no edge has',
    saleProducts: 10,
    arrivalsMs: 10_000,
  },
  'catalog-rollout': {
    ...base,
    summary: 'edges that were just started fetch the whole catalog while visitors come',
    prefetch: 'all',
    warmed: 'nothing',
  },
  'cold-browse': { ...base, summary: 'visitors browse a catalog that no edge has' },
  'steady-browse': {
    ...base,
    summary: 'visitors browse, every edge has what they want, and all links are alike',
    originLink: link(1_000, 1_000, 5),
    edgeLink: link(1_000, 1_000, 5),
    warmed: 'all',
    visitorsPerSecond: 3,
    arrivalsMs: 40_000,
    rehearsalMs: 25_000,
    isTogether: true,
  },
  'edge-churn': {
    ...base,
    summary: 'edges are killed and come back while visitors browse',
    events: (edges) =>
      [1, 2, 3, 4].flatMap((turn) => {
        const node = 1 + ((turn - 1) % edges);
        return [
          { atMs: turn * 4_000, what: 'kill', node } as const,
          { atMs: turn * 4_000 + 3_000, what: 'start', node } as const,
        ];
      }),
  },
  'origin-outage': {
    ...base,
    summary: 'the origin is killed after 6 s and comes back 10 s later',
    events: () => [
      { atMs: 6_000, what: 'kill', node: 0 },
      { atMs: 16_000, what: 'start', node: 0 },
    ],
  },
  liar: { ...base, summary: 'one more edge answers its siblings with wrong bytes', liar: true },
  'thin-origin': {
    ...base,
    summary: 'visitors browse a catalog that no edge has, and the origin sends 5 Mbit/s',
    originLink: link(5, 100, 20),
  },
  'far-edge': {
    ...base,
    summary: 'one edge is far away: 4 Mbit/s up, 20 down, 80 ms, one segment of 500 lost',
    farEdgeLink: link(4, 20, 80, 0.002),
  },
};

/** Of a visitor: nobody shares it. */
export const SHOPPER_LINK: LinkShape = {
  upBytesPerSecond: Number.POSITIVE_INFINITY,
  downBytesPerSecond: Number.POSITIVE_INFINITY,
  delayMs: 5,
  loss: 0,
};
