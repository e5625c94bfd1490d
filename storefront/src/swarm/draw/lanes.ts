/**
 * All lanes of a picture. One way of a link is what the giver may send to the taker. Its marks stand by their shape:
 * open = solid with an arrowhead; wanted but choked = dashed, with a gate at the giver; optimistic = a diamond at
 * the giver; snubbed = a wave across the middle. Lanes of one kind are stroked together: a call for each of two
 * thousand lanes took 40 ms a frame.
 */
import { type Curve, headingAt, pointAt } from '../layout/curve.ts';
import type { Palette } from './palette.ts';

export interface LaneState {
  /** The taker is interested in what the giver has (BEP 3). */
  readonly isWanted: boolean;
  readonly isChoked: boolean;
  /** The giver gives the taker its optimistic slot. */
  readonly isOptimistic: boolean;
  /** The taker waits for the giver for too long. */
  readonly isSnubbed: boolean;
}

export class LaneMarks {
  readonly #unitPx: number;
  readonly #isDense: boolean;
  readonly #links = new Path2D();
  readonly #open = new Path2D();
  readonly #heads = new Path2D();
  readonly #choked = new Path2D();
  readonly #gates = new Path2D();
  readonly #diamonds = new Path2D();
  readonly #waves = new Path2D();

  /** @param isDense many links: thin lines, and of a choked lane its gate alone */
  constructor(unitPx: number, isDense: boolean) {
    this.#unitPx = unitPx;
    this.#isDense = isDense;
  }

  addLink(middle: Curve): void {
    addCurve(this.#links, middle);
  }

  addLane(lane: Curve, { isWanted, isChoked, isOptimistic, isSnubbed }: LaneState): void {
    if (isWanted && isChoked) {
      if (!this.#isDense) addCurve(this.#choked, lane);
      this.#addGate(lane);
    } else if (isWanted) {
      addCurve(this.#open, lane);
      this.#addHead(lane);
    }
    if (isOptimistic) this.#addDiamond(lane);
    if (isSnubbed) this.#addWave(lane);
  }

  draw(context: CanvasRenderingContext2D, palette: Palette): void {
    const thin = this.#isDense ? 0.5 : 1;
    const stroke = (path: Path2D, colour: string, width: number) => {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke(path);
    };
    stroke(this.#links, palette.line, thin);
    context.setLineDash([3, 4]);
    stroke(this.#choked, palette.soft, 1);
    context.setLineDash([]);
    stroke(this.#gates, palette.soft, this.#isDense ? 1 : 2);
    stroke(this.#open, palette.want, 1.3 * thin);
    context.fillStyle = palette.want;
    context.fill(this.#heads);
    context.fillStyle = palette.water;
    context.fill(this.#diamonds);
    stroke(this.#diamonds, palette.want, 1.6 * thin);
    stroke(this.#waves, palette.bad, 2 * thin);
  }

  /** A bar across the lane, where the giver stands. */
  #addGate(lane: Curve): void {
    const { x, y } = lane.from;
    const heading = headingAt(lane, 0);
    const half = this.#unitPx * 0.55;
    this.#gates.moveTo(x - Math.sin(heading) * half, y + Math.cos(heading) * half);
    this.#gates.lineTo(x + Math.sin(heading) * half, y - Math.cos(heading) * half);
  }

  #addHead(lane: Curve): void {
    const { x, y } = lane.to;
    const heading = headingAt(lane, 1);
    const reach = this.#unitPx;
    this.#heads.moveTo(x, y);
    for (const side of [-0.42, 0.42])
      this.#heads.lineTo(x - Math.cos(heading + side) * reach, y - Math.sin(heading + side) * reach);
    this.#heads.closePath();
  }

  #addDiamond(lane: Curve): void {
    const { x, y } = pointAt(lane, 0.12);
    const half = this.#unitPx * 0.62;
    this.#diamonds.moveTo(x, y - half);
    this.#diamonds.lineTo(x + half, y);
    this.#diamonds.lineTo(x, y + half);
    this.#diamonds.lineTo(x - half, y);
    this.#diamonds.closePath();
  }

  #addWave(lane: Curve): void {
    const { x, y } = pointAt(lane, 0.5);
    const across = headingAt(lane, 0.5) + Math.PI / 2;
    const [cos, sin] = [Math.cos(across) * this.#unitPx, Math.sin(across) * this.#unitPx];
    this.#waves.moveTo(x - cos, y - sin);
    this.#waves.bezierCurveTo(
      x - cos / 2 + sin,
      y - sin / 2 - cos,
      x + cos / 2 - sin,
      y + sin / 2 + cos,
      x + cos,
      y + sin,
    );
  }
}

function addCurve(path: Path2D, { from, bend, to }: Curve): void {
  path.moveTo(from.x, from.y);
  path.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
}
