/** Draws the viewer's moment on a canvas whenever something of it changed, and tells the viewer what is pointed at. */
import { POINTER_PX, TOUCH_PX } from '../layout/hit.ts';
import type { Point } from '../layout/ring.ts';
import type { NodePlace } from '../parts/stage.tsx';
import { type Selection, selectionWords } from '../share/url-state.ts';
import type { Viewer } from '../viewer.ts';
import { type Palette, readPalette } from './palette.ts';
import { Shown } from './shown.ts';

/** Sharper than twice nobody sees, and each pixel costs. */
const MOST_PIXEL_RATIO = 2;

export class StagePainter {
  readonly #viewer: Viewer;
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #shown: Shown;
  readonly #placed: (places: readonly NodePlace[]) => void;
  readonly #ends = new AbortController();
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  #palette: Palette;
  #frame = 0;
  #lastFrameMs: number | undefined;
  #placesOf = '';

  constructor(viewer: Viewer, canvas: HTMLCanvasElement, placed: (places: readonly NodePlace[]) => void) {
    this.#viewer = viewer;
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d')!;
    this.#shown = new Shown(this.#context);
    this.#placed = placed;
    this.#palette = readPalette(canvas);
    const { time, selection, pointedAt, grown, branch } = viewer;
    for (const store of [time, selection, pointedAt, grown, branch]) {
      const end = store.subscribe(() => this.#ask());
      this.#ends.signal.addEventListener('abort', end);
    }
    this.#watchPage();
    this.#watchPointer();
    this.#ask();
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#ends.abort();
  }

  #watchPage(): void {
    const { signal } = this.#ends;
    const resized = new ResizeObserver(() => this.#ask());
    resized.observe(this.#canvas);
    signal.addEventListener('abort', () => resized.disconnect());
    const changed = () => {
      this.#palette = readPalette(this.#canvas);
      this.#ask();
    };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed, { signal });
    this.#calm.addEventListener('change', changed, { signal });
  }

  #watchPointer(): void {
    const { signal } = this.#ends;
    const moved = ({ pointerType, offsetX: x, offsetY: y }: PointerEvent) => {
      if (pointerType !== 'touch') this.#pointTo({ x, y });
    };
    const clicked = ({ offsetX: x, offsetY: y }: MouseEvent) =>
      this.#viewer.select(this.#shown.markAt({ x, y }, TOUCH_PX));
    this.#canvas.addEventListener('pointermove', moved, { signal });
    this.#canvas.addEventListener('pointerleave', () => this.#viewer.pointedAt.set(undefined), { signal });
    this.#canvas.addEventListener('click', clicked, { signal });
  }

  #pointTo(point: Point): void {
    const mark = this.#shown.markAt(point, POINTER_PX);
    const before = this.#viewer.pointedAt.get();
    if (wordsOf(mark) !== wordsOf(before)) this.#viewer.pointedAt.set(mark);
  }

  /** Where words about a mark belong. */
  placeOf(mark: Selection): Point | undefined {
    return this.#shown.placeOf(mark);
  }

  #ask(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((nowMs) => this.#onFrame(nowMs));
  }

  #onFrame(nowMs: number): void {
    const elapsedMs = this.#lastFrameMs === undefined ? 0 : nowMs - this.#lastFrameMs;
    // `#frame` is cleared last: what the frame itself changes asks for no further one.
    this.#viewer.frame(elapsedMs);
    this.#paint();
    this.#frame = 0;
    const { isPlaying } = this.#viewer.time.get();
    this.#lastFrameMs = isPlaying ? nowMs : undefined;
    if (isPlaying) this.#ask();
  }

  #paint(): void {
    const begun = performance.now();
    const { atMs } = this.#viewer.time.get();
    const chosen = this.#viewer.pointedAt.get() ?? this.#viewer.selection.get();
    const log = this.#viewer.branch.get()?.log;
    this.#shown.draw(log, atMs, this.#fit(), this.#palette, chosen, this.#calm.matches);
    this.#tellPlaces();
    this.#tellFrame(performance.now() - begun, atMs);
  }

  #fit(): { width: number; height: number; ratio: number } {
    const canvas = this.#canvas;
    const ratio = Math.min(MOST_PIXEL_RATIO, devicePixelRatio);
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    // A canvas that is given a size is emptied, even if it is the one it has.
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return { width, height, ratio };
  }

  /** On the canvas itself, for those who measure: the moment it shows, frames drawn, and the time of the last one. */
  #tellFrame(ms: number, atMs: number): void {
    const { dataset } = this.#canvas;
    dataset.atMs = String(atMs);
    dataset.frames = String(Number(dataset.frames ?? 0) + 1);
    dataset.frameMs = ms.toFixed(2);
  }

  #tellPlaces(): void {
    const { points, radii } = this.#shown.layout;
    const names = this.#shown.scene.nodes.map(({ name }) => name);
    const key = `${names} ${points[1]?.x} ${points[1]?.y} ${points.length}`;
    if (key === this.#placesOf) return;
    this.#placesOf = key;
    this.#placed(
      names.map((name, node) => ({ node, name, ...(points[node] as Point), radius: radii[node] as number })),
    );
  }
}

const wordsOf = (mark: Selection | undefined): string => (mark === undefined ? '' : selectionWords(mark));
