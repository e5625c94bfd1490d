/** One node: its circle, its pieces around it, how far it is, its name, and what is special about it. */
import type { Point } from '../layout/ring.ts';
import type { Palette } from './palette.ts';
import { drawPieceRing } from './piece-ring.ts';
import type { SceneNode } from './scene.ts';

interface Manner {
  readonly isMarked: boolean;
  /** Names only of nodes that are marked: there is no room for more. */
  readonly isCrowded: boolean;
  /** Of the stage: words stay on it. */
  readonly widthPx: number;
}

const LETTERS: Readonly<Record<SceneNode['manner'], string>> = {
  honest: '',
  liar: 'lies',
  freeRider: 'gives nothing',
  stranger: 'stranger',
};
const wholeTurn = 2 * Math.PI;
/** Between words and the edge of the stage. */
const BESIDE_PX = 4;

export function drawNode(
  context: CanvasRenderingContext2D,
  centre: Point,
  radiusPx: number,
  node: SceneNode,
  palette: Palette,
  manner: Manner,
): void {
  const { x, y } = centre;
  context.beginPath();
  context.arc(x, y, radiusPx + 3, 0, wholeTurn);
  context.fillStyle = palette.water;
  context.fill();
  context.beginPath();
  context.arc(x, y, radiusPx, 0, wholeTurn);
  context.fillStyle = palette.node;
  context.fill();
  if (manner.isMarked) {
    context.lineWidth = 2;
    context.strokeStyle = palette.focus;
    context.beginPath();
    context.arc(x, y, radiusPx + 3, 0, wholeTurn);
    context.stroke();
  }
  if (node.isUp) {
    const colour = node.isOrigin ? palette.origin : palette.swarm;
    if (node.pieces.length > 0) drawPieceRing(context, centre, radiusPx, node.pieces, colour, palette);
    drawMiddle(context, centre, radiusPx, node, palette);
  } else drawDown(context, centre, radiusPx, palette);
  if (!manner.isCrowded || manner.isMarked || node.isOrigin)
    drawName(context, centre, radiusPx, node, palette, manner.widthPx);
}

function drawMiddle(
  context: CanvasRenderingContext2D,
  { x, y }: Point,
  radiusPx: number,
  node: SceneNode,
  palette: Palette,
): void {
  if (radiusPx < 17) return;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = palette.ink;
  const size = Math.max(10, Math.min(17, radiusPx * 0.36));
  context.font = `600 ${size}px ${palette.font}`;
  if (node.isOrigin) context.fillText('origin', x, y);
  else if (node.done === undefined) return;
  else if (node.done >= 1) drawTick(context, { x, y }, radiusPx * 0.3, palette);
  else context.fillText(`${Math.floor(node.done * 100)}%`, x, y);
}

function drawTick(context: CanvasRenderingContext2D, { x, y }: Point, size: number, palette: Palette): void {
  context.beginPath();
  context.moveTo(x - size, y + size * 0.05);
  context.lineTo(x - size * 0.25, y + size * 0.75);
  context.lineTo(x + size, y - size * 0.7);
  context.lineWidth = Math.max(2, size * 0.3);
  context.lineCap = 'round';
  context.strokeStyle = palette.swarm;
  context.stroke();
  context.lineCap = 'butt';
}

function drawDown(
  context: CanvasRenderingContext2D,
  { x, y }: Point,
  radiusPx: number,
  palette: Palette,
): void {
  context.lineWidth = 1.5;
  context.strokeStyle = palette.soft;
  context.setLineDash([3, 4]);
  context.beginPath();
  context.arc(x, y, radiusPx * 0.88, 0, wholeTurn);
  context.stroke();
  context.setLineDash([]);
  const arm = radiusPx * 0.4;
  context.beginPath();
  context.moveTo(x - arm, y - arm);
  context.lineTo(x + arm, y + arm);
  context.moveTo(x + arm, y - arm);
  context.lineTo(x - arm, y + arm);
  context.stroke();
}

function drawName(
  context: CanvasRenderingContext2D,
  { x, y }: Point,
  radiusPx: number,
  node: SceneNode,
  palette: Palette,
  widthPx: number,
): void {
  const special = LETTERS[node.manner];
  // The origin has its name inside.
  if (node.isOrigin && special === '') return;
  context.font = `500 12px ${palette.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.fillStyle = palette.ink;
  const below = y + radiusPx + 6;
  // Readable where links run behind it.
  context.lineWidth = 4;
  context.lineJoin = 'round';
  context.strokeStyle = palette.water;
  const nameX = onStageX(context, node.name, x, widthPx);
  context.strokeText(node.name, nameX, below);
  context.fillText(node.name, nameX, below);
  if (special === '') return;
  context.font = `italic 500 11px ${palette.font}`;
  context.fillStyle = palette.bad;
  context.fillText(special, onStageX(context, special, x, widthPx), below + 14);
}

/** The middle of words that belong to a node at the side of a narrow stage. */
function onStageX(context: CanvasRenderingContext2D, words: string, x: number, widthPx: number): number {
  const half = context.measureText(words).width / 2 + BESIDE_PX;
  return half * 2 > widthPx ? widthPx / 2 : Math.min(widthPx - half, Math.max(half, x));
}
