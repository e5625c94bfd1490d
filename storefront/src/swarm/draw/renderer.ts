/**
 * Draws one moment of a swarm. The same scene, flights and stage give the same pixels: nothing here knows how the
 * moment was reached.
 */

import { type Curve, headingAt, laneOf, linkCurve, pointAt, reversed } from '../layout/curve.ts';
import { type Layout, type Point, ringLayout } from '../layout/ring.ts';
import type { Flight } from '../log/flights.ts';
import { type Traveller, TravellerMarks } from './fish.ts';
import { drawLane, strokeCurve } from './lane.ts';
import { drawNode } from './node-mark.ts';
import type { Palette } from './palette.ts';
import type { Scene, SceneLink } from './scene.ts';
import { aspectOf, onStage, type Stage } from './stage.ts';
import { kindOf, partOf } from './under-way.ts';

/** Curves of one link, in canvas units. */
export interface LinkWays {
  readonly middle: Curve;
  readonly forth: Curve;
  readonly back: Curve;
}

export interface Emphasis {
  /** Nodes and links that the watcher points at or has selected; everything else steps back. */
  readonly nodes: ReadonlySet<number>;
  readonly link: string | undefined;
}

export const linkKey = (a: number, b: number): string => (a < b ? `${a}-${b}` : `${b}-${a}`);

const NOTHING: Emphasis = { nodes: new Set(), link: undefined };

export class Renderer {
  readonly #context: CanvasRenderingContext2D;
  readonly #marks = new TravellerMarks();
  #stage: Stage = { widthPx: 1, heightPx: 1, scale: 1 };
  #layout: Layout = { points: [], radii: [] };
  #layoutOf = '';
  #ways = new Map<string, LinkWays>();

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context;
  }

  /** Places for so many nodes on such a stage; kept while neither changes. */
  place(stage: Stage, scene: Scene): void {
    const origin = scene.nodes.findIndex(({ isOrigin }) => isOrigin);
    const key = `${stage.widthPx} ${stage.heightPx} ${scene.nodes.length} ${origin}`;
    if (key === this.#layoutOf) return;
    this.#layoutOf = key;
    this.#stage = stage;
    const layout = ringLayout(scene.nodes.length, origin, aspectOf(stage));
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
    const middle = this.#curve(this.#point(a), this.#point(b));
    const cutA = this.#radius(a) + 4;
    const cutB = this.#radius(b) + 4;
    const aside = Math.min(4.5, this.#radius(a) * 0.22, this.#radius(b) * 0.22);
    return {
      middle,
      forth: laneOf(middle, aside, cutA, cutB),
      back: laneOf(reversed(middle), aside, cutB, cutA),
    };
  }

  /** Curves are worked out around the centre of the stage. */
  #curve(from: Point, to: Point): Curve {
    const { widthPx, heightPx, scale } = this.#stage;
    const off = ({ x, y }: Point): Point => ({
      x: round((x - widthPx / 2) / scale),
      y: round((y - heightPx / 2) / scale),
    });
    const curve = linkCurve(off(from), off(to));
    return {
      from: onStage(this.#stage, curve.from),
      bend: onStage(this.#stage, curve.bend),
      to: onStage(this.#stage, curve.to),
    };
  }

  #point(node: number): Point {
    return this.#layout.points[node] ?? { x: 0, y: 0 };
  }

  #radius(node: number): number {
    return this.#layout.radii[node] ?? 1;
  }

  draw(scene: Scene, flights: readonly Flight[], atMs: number, palette: Palette, emphasis = NOTHING): void {
    const context = this.#context;
    context.clearRect(0, 0, this.#stage.widthPx, this.#stage.heightPx);
    const isFocused = emphasis.nodes.size > 0 || emphasis.link !== undefined;
    context.globalAlpha = isFocused ? 0.3 : 1;
    this.#drawLinks(scene.links, palette);
    if (isFocused) {
      context.globalAlpha = 1;
      this.#drawLinks(
        scene.links.filter((link) => isNear(link, emphasis)),
        palette,
      );
    }
    this.#drawFlights(scene, flights, atMs, palette, emphasis, isFocused);
    scene.nodes.forEach((node, index) => {
      context.globalAlpha = isFocused && !emphasis.nodes.has(index) ? 0.45 : 1;
      drawNode(context, this.#point(index), this.#radius(index), node, palette, {
        isMarked: emphasis.nodes.has(index),
        isCrowded: scene.nodes.length > 24,
      });
    });
    context.globalAlpha = 1;
  }

  #drawLinks(links: readonly SceneLink[], palette: Palette): void {
    const context = this.#context;
    context.strokeStyle = palette.line;
    context.lineWidth = 1;
    for (const { a, b } of links) strokeCurve(context, this.waysOf(a, b).middle);
    const unit = this.#unit();
    for (const { a, b, forth, back } of links) {
      const ways = this.waysOf(a, b);
      drawLane(context, ways.forth, forth, palette, unit);
      drawLane(context, ways.back, back, palette, unit);
    }
  }

  #drawFlights(
    scene: Scene,
    flights: readonly Flight[],
    atMs: number,
    palette: Palette,
    emphasis: Emphasis,
    isFocused: boolean,
  ): void {
    const size = this.#unit() * 2.3;
    for (const flight of flights) {
      const isMeant = isNear({ a: flight.from, b: flight.to }, emphasis);
      this.#context.globalAlpha = isFocused && !isMeant ? 0.25 : 1;
      this.#marks.draw(this.#context, this.travellerOf(scene, flight, atMs), size, palette);
    }
  }

  travellerOf(scene: Scene, flight: Flight, atMs: number): Traveller {
    const ways = this.waysOf(flight.from, flight.to);
    const lane = flight.from < flight.to ? ways.forth : ways.back;
    const part = partOf(flight, atMs);
    const { x, y } = pointAt(lane, part);
    const from = scene.nodes[flight.from];
    return {
      kind: kindOf(flight, from?.manner === 'liar'),
      x,
      y,
      heading: headingAt(lane, part),
      fromOrigin: from?.isOrigin ?? false,
    };
  }

  /** Size of small marks: they shrink with the nodes. */
  #unit(): number {
    const smallest = this.#layout.radii.reduce((a, b) => Math.min(a, b), 60);
    return Math.max(4, Math.min(9, smallest * 0.24));
  }
}

const isNear = ({ a, b }: Pick<SceneLink, 'a' | 'b'>, { nodes, link }: Emphasis): boolean =>
  link === undefined ? nodes.has(a) || nodes.has(b) : link === linkKey(a, b);

/** So that the centre is exactly the centre. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6 || 0;
