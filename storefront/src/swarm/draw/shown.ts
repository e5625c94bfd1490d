/** What is on the canvas now: it is drawn from this, and found again under a pointer. */
import { pointAt } from '../layout/curve.ts';
import { type Hit, hitAt } from '../layout/hit.ts';
import { type Layout, MOST_ANIMATED_NODES, type Point } from '../layout/ring.ts';
import { type Flight, travelling } from '../log/flights.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import type { Selection } from '../share/url-state.ts';
import { MatrixRenderer } from './matrix.ts';
import type { Palette } from './palette.ts';
import { linkKey, Places } from './places.ts';
import { type Emphasis, NO_EMPHASIS, Renderer } from './renderer.ts';
import type { Scene } from './scene.ts';
import { stageOf } from './stage.ts';

const EMPTY_SCENE: Scene = { nodes: [], links: [] };

export class Shown {
  readonly #places = new Places();
  readonly #rings: Renderer;
  readonly #matrix: MatrixRenderer;
  #log: SwarmLog | undefined;
  #atMs = 0;
  #scene: Scene = EMPTY_SCENE;
  #flights: readonly Flight[] = [];

  constructor(context: CanvasRenderingContext2D) {
    this.#rings = new Renderer(context, this.#places);
    this.#matrix = new MatrixRenderer(context);
  }

  get scene(): Scene {
    return this.#scene;
  }

  get layout(): Layout {
    return this.#isMatrix ? this.#matrix.layout : this.#places.layout;
  }

  get #isMatrix(): boolean {
    return (this.#log?.newest.nodes.length ?? 0) > MOST_ANIMATED_NODES;
  }

  /** @param isCalm nothing travels: only what stands is drawn */
  draw(
    log: SwarmLog | undefined,
    atMs: number,
    size: { readonly width: number; readonly height: number; readonly ratio: number },
    palette: Palette,
    chosen: Selection | undefined,
    isCalm: boolean,
  ): void {
    this.#log = log;
    this.#atMs = atMs;
    this.#scene = log?.sceneAt(atMs) ?? EMPTY_SCENE;
    const emphasis = this.#emphasisOn(chosen);
    if (this.#isMatrix) {
      this.#flights = [];
      this.#matrix.draw(size, this.#scene, palette, emphasis.nodes);
      return;
    }
    const under = isCalm ? undefined : log && travelling(log.flights, atMs);
    this.#flights = under?.flights ?? [];
    // Who comes later has a place from the start: nobody moves when somebody joins.
    const everybody = log?.newest.nodes ?? [];
    const origin = everybody.findIndex(({ role }) => role === 'origin');
    this.#places.place(stageOf(size.width, size.height), everybody.length, origin);
    this.#rings.draw(this.#scene, this.#flights, atMs, palette, emphasis, size.ratio);
    if (under !== undefined && under.hiddenCount > 0) this.#rings.note(noteOf(under.hiddenCount), palette);
  }

  #emphasisOn(chosen: Selection | undefined): Emphasis {
    if (chosen === undefined) return NO_EMPHASIS;
    if (chosen.kind === 'node') return { nodes: new Set([chosen.node]), link: undefined };
    const ends = this.#endsOf(chosen);
    return ends === undefined ? NO_EMPHASIS : { nodes: new Set(ends), link: linkKey(...ends) };
  }

  #endsOf(mark: Exclude<Selection, { kind: 'node' }>): [number, number] | undefined {
    if (mark.kind === 'link') return [mark.a, mark.b];
    const flight = this.#log?.flights.all[mark.message];
    return flight && [flight.from, flight.to];
  }

  markAt(point: Point, reachPx: number): Hit | undefined {
    if (this.#isMatrix) return this.#matrix.nodeAt(point);
    const { points, radii } = this.#places.layout;
    return hitAt(
      {
        nodes: points
          .slice(0, this.#scene.nodes.length)
          .map((at, index) => ({ at, radius: radii[index] as number })),
        messages: this.#flights.map((flight) => ({
          at: this.#rings.travellerOf(this.#scene, flight, this.#atMs),
          number: flight.number,
        })),
        links: this.#scene.links.map(({ a, b }) => ({ a, b, way: this.#places.waysOf(a, b).middle })),
      },
      point,
      reachPx,
    );
  }

  /** Where words about a mark belong. */
  placeOf(mark: Selection): Point | undefined {
    if (mark.kind === 'node') {
      const { points, radii } = this.layout;
      const at = points[mark.node];
      const radius = radii[mark.node] as number;
      return at && { x: at.x + radius * 0.6, y: at.y + radius };
    }
    const ends = this.#endsOf(mark);
    if (ends === undefined || this.#isMatrix) return undefined;
    const flight =
      mark.kind === 'message' ? this.#flights.find(({ number }) => number === mark.message) : undefined;
    if (flight !== undefined) return this.#rings.travellerOf(this.#scene, flight, this.#atMs);
    return pointAt(this.#places.waysOf(...ends).middle, 0.5);
  }
}

const noteOf = (hiddenCount: number): string => `${hiddenCount} small messages hidden`;
