/** Where nodes and links of a scene stand on the stage, in canvas units; worked out once for each size of both. */
import { type Curve, laneOf, linkCurve, reversed } from '../layout/curve.ts';
import { type Layout, type Point, ringLayout } from '../layout/ring.ts';
import { aspectOf, offStage, onStage, type Stage, stageOf } from './stage.ts';

/** Curves of one link, in canvas units. */
export interface LinkWays {
  readonly middle: Curve;
  readonly forth: Curve;
  readonly back: Curve;
}

/** One name for a link, whichever end is named first. */
export const linkKey = (a: number, b: number): number => Math.min(a, b) * 65_536 + Math.max(a, b);

export class Places {
  #stage: Stage = stageOf(1, 1);
  #layout: Layout = { points: [], radii: [] };
  #key = '';
  readonly #ways = new Map<number, LinkWays>();

  get stage(): Stage {
    return this.#stage;
  }

  /** Changes when anything moves. */
  get key(): string {
    return this.#key;
  }

  /**
   * Places for so many nodes on such a stage; kept while neither changes.
   * @param origin index of who stands in the centre, -1 for nobody
   */
  place(stage: Stage, nodeCount: number, origin: number): void {
    const key = `${stage.widthPx} ${stage.heightPx} ${nodeCount} ${origin}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#stage = stage;
    const layout = ringLayout(nodeCount, origin, aspectOf(stage));
    this.#layout = {
      points: layout.points.map((point) => onStage(stage, point)),
      radii: layout.radii.map((radius) => radius * stage.scale),
    };
    this.#ways.clear();
  }

  /** Centres and radii in canvas units. */
  get layout(): Layout {
    return this.#layout;
  }

  waysOf(a: number, b: number): LinkWays {
    const key = linkKey(a, b);
    let ways = this.#ways.get(key);
    if (ways === undefined) {
      ways = this.#makeWays(Math.min(a, b), Math.max(a, b));
      this.#ways.set(key, ways);
    }
    return ways;
  }

  #makeWays(a: number, b: number): LinkWays {
    const middle = this.#curve(this.point(a), this.point(b));
    const cutA = this.radius(a) + 4;
    const cutB = this.radius(b) + 4;
    const aside = Math.min(4.5, this.radius(a) * 0.22, this.radius(b) * 0.22);
    return {
      middle,
      forth: laneOf(middle, aside, cutA, cutB),
      back: laneOf(reversed(middle), aside, cutB, cutA),
    };
  }

  /** Curves are worked out around the centre of the stage. */
  #curve(from: Point, to: Point): Curve {
    const off = (point: Point): Point => {
      const { x, y } = offStage(this.#stage, point);
      return { x: round(x), y: round(y) };
    };
    const curve = linkCurve(off(from), off(to));
    return {
      from: onStage(this.#stage, curve.from),
      bend: onStage(this.#stage, curve.bend),
      to: onStage(this.#stage, curve.to),
    };
  }

  point(node: number): Point {
    return this.#layout.points[node] ?? { x: 0, y: 0 };
  }

  radius(node: number): number {
    return this.#layout.radii[node] ?? 1;
  }

  /** Size of small marks: they shrink with the nodes. */
  get unitPx(): number {
    const smallest = this.#layout.radii.reduce((a, b) => Math.min(a, b), 60);
    return Math.max(4, Math.min(9, smallest * 0.24));
  }
}

/** So that the centre is exactly the centre. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6 || 0;
