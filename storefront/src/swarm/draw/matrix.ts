/** Many nodes: a row for each, a column for each piece or stretch of pieces, as dark as it is full. */
import type { Layout, Point } from '../layout/ring.ts';
import type { Palette } from './palette.ts';
import { FLUSHED, IN_FLIGHT, VERIFIED } from './piece-ring.ts';
import type { Scene, SceneNode } from './scene.ts';

const LEFT_PX = 78;
const RIGHT_PX = 20;
const TOP_PX = 18;
const BOTTOM_PX = 16;
const LEAST_NAME_PX = 9;

export class MatrixRenderer {
  readonly #context: CanvasRenderingContext2D;
  #layout: Layout = { points: [], radii: [] };
  #rowPx = 1;

  constructor(context: CanvasRenderingContext2D) {
    this.#context = context;
  }

  /** A row's place is its head. */
  get layout(): Layout {
    return this.#layout;
  }

  nodeAt({ x, y }: Point): { readonly kind: 'node'; readonly node: number } | undefined {
    const node = Math.floor((y - TOP_PX) / this.#rowPx);
    return x > 0 && node >= 0 && node < this.#layout.points.length ? { kind: 'node', node } : undefined;
  }

  draw(
    { width, height }: { readonly width: number; readonly height: number },
    scene: Scene,
    palette: Palette,
    marked: ReadonlySet<number>,
  ): void {
    const context = this.#context;
    context.clearRect(0, 0, width, height);
    this.#rowPx = (height - TOP_PX - BOTTOM_PX) / Math.max(1, scene.nodes.length);
    const half = Math.min(9, this.#rowPx / 2);
    this.#layout = {
      points: scene.nodes.map((_, row) => ({ x: LEFT_PX - 16, y: TOP_PX + (row + 0.5) * this.#rowPx })),
      radii: scene.nodes.map(() => half),
    };
    const columnsWidth = width - LEFT_PX - RIGHT_PX;
    scene.nodes.forEach((node, row) => {
      const top = TOP_PX + row * this.#rowPx;
      this.#drawRow(node, top, columnsWidth, palette);
      this.#drawHead(node, top, palette, marked.has(row), row);
    });
  }

  #drawHead(node: SceneNode, top: number, palette: Palette, isMarked: boolean, row: number): void {
    const context = this.#context;
    const every = Math.ceil(LEAST_NAME_PX / this.#rowPx);
    if (isMarked) {
      context.strokeStyle = palette.focus;
      context.lineWidth = 1.5;
      context.strokeRect(LEFT_PX - 4, top, 3, this.#rowPx);
    }
    if (!isMarked && row % every !== 0) return;
    context.font = `${isMarked ? 700 : 400} ${Math.min(12, Math.max(LEAST_NAME_PX, this.#rowPx))}px ${palette.font}`;
    context.fillStyle = node.isUp ? palette.ink : palette.soft;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillText(
      node.isUp ? node.name : `× ${node.name}`,
      LEFT_PX - 8,
      top + this.#rowPx / 2,
      LEFT_PX - 10,
    );
  }

  #drawRow(node: SceneNode, top: number, width: number, palette: Palette): void {
    const context = this.#context;
    const columns = Math.max(1, Math.min(node.pieces.length, Math.floor(width / 3)));
    const columnPx = width / columns;
    const tall = Math.max(1, this.#rowPx - (this.#rowPx > 4 ? 1 : 0));
    context.fillStyle = palette.line;
    context.globalAlpha = 0.35;
    context.fillRect(LEFT_PX, top + tall - 1, width, 1);
    for (let column = 0; column < columns; column++) {
      const first = Math.floor((node.pieces.length * column) / columns);
      const end = Math.floor((node.pieces.length * (column + 1)) / columns);
      const share = shareOf(node.pieces, first, end);
      if (share === 0) continue;
      context.globalAlpha = node.isUp ? 0.25 + 0.75 * share : 0.25;
      context.fillStyle = node.isOrigin ? palette.origin : palette.swarm;
      const high = tall * share;
      context.fillRect(LEFT_PX + column * columnPx, top + tall - high, Math.max(1, columnPx - 0.6), high);
    }
    context.globalAlpha = 1;
  }
}

/** A piece in flight counts a quarter: it shows, and does not look as if it were there. */
function shareOf(pieces: Uint8Array, first: number, end: number): number {
  let sum = 0;
  for (let piece = first; piece < end; piece++) {
    if (pieces[piece] === FLUSHED || pieces[piece] === VERIFIED) sum += 1;
    else if (pieces[piece] === IN_FLIGHT) sum += 0.25;
  }
  return end > first ? sum / (end - first) : 0;
}
