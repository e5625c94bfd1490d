/**
 * Marks that travel. A block is a fish: its nose says where it goes. Requests, told pieces and words about choking
 * are smaller and of other shapes, so that nothing hangs on a colour.
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

function chevronPath(): Path2D {
  const path = new Path2D();
  path.moveTo(-0.3, -0.4);
  path.lineTo(0.3, 0);
  path.lineTo(-0.3, 0.4);
  return path;
}

const wholeTurn = 2 * Math.PI;

export class TravellerMarks {
  readonly #fish = fishPath();
  readonly #chevron = chevronPath();

  draw(context: CanvasRenderingContext2D, traveller: Traveller, sizePx: number, palette: Palette): void {
    const { kind, x, y, heading, fromOrigin } = traveller;
    const colour = fromOrigin ? palette.origin : palette.swarm;
    context.save();
    context.translate(x, y);
    context.rotate(heading);
    if (kind === 'block' || kind === 'wrongBlock') {
      context.scale(sizePx, sizePx);
      this.#drawFish(context, kind === 'wrongBlock', colour, palette, 1 / sizePx);
    } else if (kind === 'request') {
      context.scale(sizePx * 0.42, sizePx * 0.42);
      context.lineWidth = 0.26;
      context.strokeStyle = palette.want;
      context.stroke(this.#chevron);
    } else {
      context.beginPath();
      if (kind === 'have') context.arc(0, 0, sizePx * 0.13, 0, wholeTurn);
      else context.rect(-sizePx * 0.05, -sizePx * 0.22, sizePx * 0.1, sizePx * 0.44);
      context.fillStyle = palette.soft;
      context.fill();
    }
    context.restore();
  }

  #drawFish(
    context: CanvasRenderingContext2D,
    isWrong: boolean,
    colour: string,
    palette: Palette,
    pixel: number,
  ): void {
    context.fillStyle = isWrong ? palette.water : colour;
    context.fill(this.#fish);
    if (!isWrong) return;
    context.lineWidth = 1.4 * pixel;
    context.strokeStyle = palette.bad;
    context.stroke(this.#fish);
    context.beginPath();
    context.moveTo(-0.1, -0.16);
    context.lineTo(0.22, 0.16);
    context.moveTo(-0.1, 0.16);
    context.lineTo(0.22, -0.16);
    context.stroke();
  }
}
