/** What is on the canvas now: it is drawn from this, and found again under a pointer. */
import { pointAt } from '../layout/curve.ts';
import { type Hit, hitAt } from '../layout/hit.ts';
import { type Layout, MOST_ANIMATED_NODES, type Point } from '../layout/ring.ts';
import type { Flight } from '../log/flights.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import type { Selection } from '../share/url-state.ts';
import { MatrixRenderer } from './matrix.ts';
import type { Palette } from './palette.ts';
import { type Emphasis, linkKey, Renderer } from './renderer.ts';
import type { Scene } from './scene.ts';
import { stageOf } from './stage.ts';

const EMPTY_SCENE: Scene = { nodes: [], links: [] };

export class Shown {
  readonly #rings: Renderer;
  readonly #matrix: MatrixRenderer;
  #log: SwarmLog | undefined;
  #atMs = 0;
  #scene: Scene = EMPTY_SCENE;
  #flights: Flight[] = [];

  constructor(context: CanvasRenderingContext2D) {
    this.#rings = new Renderer(context);
    this.#matrix = new MatrixRenderer(context);
  }

  get scene(): Scene {
    return this.#scene;
  }

  get layout(): Layout {
    return this.#isMatrix ? this.#matrix.layout : this.#rings.layout;
  }

  get #isMatrix(): boolean {
    return this.#scene.nodes.length > MOST_ANIMATED_NODES;
  }

  /** @param isCalm nothing travels: only what stands is drawn */
  draw(
    log: SwarmLog | undefined,
    atMs: number,
    size: { readonly width: number; readonly height: number },
    palette: Palette,
    chosen: Selection | undefined,
    isCalm: boolean,
  ): void {
    this.#log = log;
    this.#atMs = atMs;
    this.#scene = log?.sceneAt(atMs) ?? EMPTY_SCENE;
    this.#flights = [];
    const emphasis = this.#emphasisOn(chosen);
    if (this.#isMatrix) {
      this.#matrix.draw(size, this.#scene, palette, emphasis.nodes);
      return;
    }
    if (!isCalm) log?.flights.at(atMs, (flight) => this.#flights.push(flight));
    this.#rings.place(stageOf(size.width, size.height), this.#scene);
    this.#rings.draw(this.#scene, this.#flights, atMs, palette, emphasis);
  }

  #emphasisOn(chosen: Selection | undefined): Emphasis {
    if (chosen === undefined) return { nodes: new Set(), link: undefined };
    if (chosen.kind === 'node') return { nodes: new Set([chosen.node]), link: undefined };
    const ends = this.#endsOf(chosen);
    return ends === undefined
      ? { nodes: new Set(), link: undefined }
      : { nodes: new Set(ends), link: linkKey(...ends) };
  }

  #endsOf(mark: Exclude<Selection, { kind: 'node' }>): [number, number] | undefined {
    if (mark.kind === 'link') return [mark.a, mark.b];
    const flight = this.#log?.flights.all[mark.message];
    return flight && [flight.from, flight.to];
  }

  markAt(point: Point, reachPx: number): Hit | undefined {
    if (this.#isMatrix) return this.#matrix.nodeAt(point);
    const { points, radii } = this.#rings.layout;
    return hitAt(
      {
        nodes: points.map((at, index) => ({ at, radius: radii[index] as number })),
        messages: this.#flights.map((flight) => ({
          at: this.#rings.travellerOf(this.#scene, flight, this.#atMs),
          number: flight.number,
        })),
        links: this.#scene.links.map(({ a, b }) => ({ a, b, way: this.#rings.waysOf(a, b).middle })),
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
    return pointAt(this.#rings.waysOf(...ends).middle, 0.5);
  }
}
