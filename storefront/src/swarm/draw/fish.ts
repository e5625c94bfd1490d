/**
 * Marks that travel. A block is a fish: its nose says where it goes. Requests, told pieces and words about choking
 * are smaller and of other shapes, so that nothing hangs on a colour. Each is drawn once for each of a few headings and
 * copied from there: a path for each of two thousand fish is too slow.
 */
import type { Palette } from './palette.ts';

export type TravellerKind = 'block' | 'wrongBlock' | 'request' | 'have' | 'word';

export interface Traveller {
  readonly kind: TravellerKind;
  /** Canvas units. */
  readonly x: number;
  readonly y: number;
  /** Radians. */
  readonly heading: number;
  /** It left the origin. */
  readonly fromOrigin: boolean;
}

/** Steps of less than four degrees are not seen. */
const HEADINGS = 96;
const wholeTurn = 2 * Math.PI;

/** One long, nose at +0.5. */
function fishPath(): Path2D {
  const path = new Path2D();
  path.moveTo(0.5, 0);
  path.bezierCurveTo(0.28, -0.3, -0.08, -0.26, -0.28, -0.04);
  path.lineTo(-0.52, -0.24);
  path.lineTo(-0.44, 0);
  path.lineTo(-0.52, 0.24);
  path.lineTo(-0.28, 0.04);
  path.bezierCurveTo(-0.08, 0.26, 0.28, 0.3, 0.5, 0);
  path.closePath();
  return path;
}

export class TravellerMarks {
  readonly #fish = fishPath();
  readonly #stamps = new Map<number, HTMLCanvasElement>();
  #palette: Palette | undefined;
  #sizePx = 0;
  #ratio = 1;

  /** @param ratio canvas pixels of one canvas unit */
  prepare(palette: Palette, sizePx: number, ratio: number): void {
    if (palette === this.#palette && sizePx === this.#sizePx && ratio === this.#ratio) return;
    this.#palette = palette;
    this.#sizePx = sizePx;
    this.#ratio = ratio;
    this.#stamps.clear();
  }

  draw(context: CanvasRenderingContext2D, { kind, x, y, heading, fromOrigin }: Traveller): void {
    const turn = Math.round((heading / wholeTurn + 1) * HEADINGS) % HEADINGS;
    const key = (KINDS.indexOf(kind) * 2 + (fromOrigin ? 1 : 0)) * HEADINGS + turn;
    let stamp = this.#stamps.get(key);
    if (stamp === undefined) {
      stamp = this.#makeStamp(kind, fromOrigin, (turn * wholeTurn) / HEADINGS);
      this.#stamps.set(key, stamp);
    }
    const side = stamp.width / this.#ratio;
    context.drawImage(stamp, x - side / 2, y - side / 2, side, side);
  }

  #makeStamp(kind: TravellerKind, fromOrigin: boolean, heading: number): HTMLCanvasElement {
    const stamp = document.createElement('canvas');
    const side = Math.ceil(this.#sizePx * 1.2 * this.#ratio);
    stamp.width = side;
    stamp.height = side;
    const context = stamp.getContext('2d')!;
    context.translate(side / 2, side / 2);
    context.rotate(heading);
    context.scale(this.#sizePx * this.#ratio, this.#sizePx * this.#ratio);
    this.#drawMark(context, kind, fromOrigin, this.#palette as Palette);
    return stamp;
  }

  /** One unit is the length of a fish. */
  #drawMark(
    context: CanvasRenderingContext2D,
    kind: TravellerKind,
    fromOrigin: boolean,
    palette: Palette,
  ): void {
    context.beginPath();
    switch (kind) {
      case 'block':
        context.fillStyle = fromOrigin ? palette.origin : palette.swarm;
        context.fill(this.#fish);
        return;
      case 'wrongBlock':
        return this.#drawWrongFish(context, palette);
      case 'request':
        context.moveTo(-0.13, -0.17);
        context.lineTo(0.13, 0);
        context.lineTo(-0.13, 0.17);
        context.lineWidth = 0.1;
        context.strokeStyle = palette.want;
        context.stroke();
        return;
      case 'have':
        context.arc(0, 0, 0.13, 0, wholeTurn);
        break;
      case 'word':
        context.rect(-0.05, -0.22, 0.1, 0.44);
    }
    context.fillStyle = palette.soft;
    context.fill();
  }

  /** Hollow and crossed out. */
  #drawWrongFish(context: CanvasRenderingContext2D, palette: Palette): void {
    context.fillStyle = palette.water;
    context.fill(this.#fish);
    context.lineWidth = 1.4 / this.#sizePx;
    context.strokeStyle = palette.bad;
    context.stroke(this.#fish);
    context.moveTo(-0.1, -0.16);
    context.lineTo(0.22, 0.16);
    context.moveTo(-0.1, 0.16);
    context.lineTo(0.22, -0.16);
    context.stroke();
  }
}

const KINDS: readonly TravellerKind[] = ['block', 'wrongBlock', 'request', 'have', 'word'];
