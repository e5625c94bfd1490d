/**
 * Draws one moment of a swarm. The same scene, flights and places give the same pixels: nothing here knows how the
 * moment was reached. Links change seldom: they are kept as an image until they do.
 */
import { headingAt, pointAt } from '../layout/curve.ts';
import type { Flight } from '../log/flights.ts';
import { type Traveller, TravellerMarks } from './fish.ts';
import { LaneMarks } from './lanes.ts';
import { drawNode } from './node-mark.ts';
import type { Palette } from './palette.ts';
import { linkKey, type Places } from './places.ts';
import type { Scene, SceneLink } from './scene.ts';
import { kindOf, partOf } from './under-way.ts';

export interface Emphasis {
  /** Nodes and the link that the watcher points at or has selected; everything else steps back. */
  readonly nodes: ReadonlySet<number>;
  readonly link: number | undefined;
}

export const NO_EMPHASIS: Emphasis = { nodes: new Set(), link: undefined };

/** More links are drawn thin, and more nodes without their names. */
const DENSE_LINKS = 200;
const CROWDED_NODES = 24;
const FISH_UNITS = 2.3;
/** From the edges of the stage. */
const NOTE_PX = 12;
const NOTE_LINE_PX = 15;
/** From the middle of the stage. */
const NOTE_FREE_PX = 40;

interface LinkImage {
  readonly of: string;
  readonly links: readonly SceneLink[];
  readonly palette: Palette;
}

export class Renderer {
  readonly #context: CanvasRenderingContext2D;
  readonly #places: Places;
  readonly #marks = new TravellerMarks();
  readonly #layer = document.createElement('canvas');
  #layerOf: LinkImage | undefined;

  constructor(context: CanvasRenderingContext2D, places: Places) {
    this.#context = context;
    this.#places = places;
  }

  draw(
    scene: Scene,
    flights: readonly Flight[],
    atMs: number,
    palette: Palette,
    emphasis: Emphasis,
    ratio: number,
  ): void {
    const context = this.#context;
    const { widthPx, heightPx } = this.#places.stage;
    context.clearRect(0, 0, widthPx, heightPx);
    const isFocused = emphasis.nodes.size > 0;
    this.#keepLinks(scene.links, palette, ratio);
    context.globalAlpha = isFocused ? 0.3 : 1;
    context.drawImage(this.#layer, 0, 0, widthPx, heightPx);
    context.globalAlpha = 1;
    if (isFocused) {
      const near = scene.links.filter((link) => isNear(link, emphasis));
      this.#drawLinks(context, near, palette, false);
    }
    this.#marks.prepare(palette, this.#places.unitPx * FISH_UNITS, ratio);
    for (const flight of flights) {
      const isMeant = !isFocused || isNear({ a: flight.from, b: flight.to }, emphasis);
      context.globalAlpha = isMeant ? 1 : 0.25;
      this.#marks.draw(context, this.travellerOf(scene, flight, atMs));
    }
    this.#drawNodes(scene, palette, emphasis, isFocused);
    context.globalAlpha = 1;
  }

  /** In a corner, where nothing stands: beside the lowest node and its name. */
  note(words: string, palette: Palette): void {
    const context = this.#context;
    context.font = `400 12px ${palette.font}`;
    context.textAlign = 'left';
    context.textBaseline = 'bottom';
    context.fillStyle = palette.soft;
    const { widthPx, heightPx } = this.#places.stage;
    const lines = linesOf(context, words, widthPx / 2 - NOTE_FREE_PX - NOTE_PX);
    lines.forEach((line, index) => {
      context.fillText(line, NOTE_PX, heightPx - NOTE_PX - (lines.length - 1 - index) * NOTE_LINE_PX);
    });
  }

  #drawNodes(scene: Scene, palette: Palette, emphasis: Emphasis, isFocused: boolean): void {
    const { points, radii } = this.#places.layout;
    const isCrowded = scene.nodes.length > CROWDED_NODES;
    scene.nodes.forEach((node, index) => {
      const point = points[index];
      if (point === undefined) return;
      const isMarked = emphasis.nodes.has(index);
      this.#context.globalAlpha = isFocused && !isMarked ? 0.45 : 1;
      drawNode(this.#context, point, radii[index] as number, node, palette, {
        isMarked,
        isCrowded,
        widthPx: this.#places.stage.widthPx,
      });
    });
  }

  #keepLinks(links: readonly SceneLink[], palette: Palette, ratio: number): void {
    const of = `${this.#places.key} ${ratio}`;
    const kept = this.#layerOf;
    if (kept?.of === of && kept.links === links && kept.palette === palette) return;
    this.#layerOf = { of, links, palette };
    const { widthPx, heightPx } = this.#places.stage;
    this.#layer.width = Math.round(widthPx * ratio);
    this.#layer.height = Math.round(heightPx * ratio);
    const context = this.#layer.getContext('2d')!;
    context.scale(ratio, ratio);
    this.#drawLinks(context, links, palette, links.length > DENSE_LINKS);
  }

  #drawLinks(
    context: CanvasRenderingContext2D,
    links: readonly SceneLink[],
    palette: Palette,
    isDense: boolean,
  ): void {
    const marks = new LaneMarks(this.#places.unitPx, isDense);
    for (const { a, b, forth, back } of links) {
      const ways = this.#places.waysOf(a, b);
      marks.addLink(ways.middle);
      marks.addLane(ways.forth, forth);
      marks.addLane(ways.back, back);
    }
    marks.draw(context, palette);
  }

  travellerOf(scene: Scene, flight: Flight, atMs: number): Traveller {
    const ways = this.#places.waysOf(flight.from, flight.to);
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
}

const isNear = ({ a, b }: Pick<SceneLink, 'a' | 'b'>, { nodes, link }: Emphasis): boolean =>
  link === undefined ? nodes.has(a) || nodes.has(b) : link === linkKey(a, b);

function linesOf(context: CanvasRenderingContext2D, text: string, mostPx: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && context.measureText(longer).width <= mostPx) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
