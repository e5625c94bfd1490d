/** Plots as SVG without a library: pure functions from numbers to text, coloured by the page's style sheet. */

export interface Line {
  readonly name: string;
  /** Class of the style sheet that gives it its colour. */
  readonly className: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface PlotOptions {
  readonly xUnit: string;
  readonly yUnit: string;
  /** Decades instead of equal steps; points at or below 0 are left out. */
  readonly isLogX?: boolean;
  readonly marks?: readonly { readonly y: number; readonly name: string }[];
}

const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 64;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 40;
/** More points than pixels show nothing more. */
const MAX_POINTS = 500;
const TICKS = 5;

export function linePlot(lines: readonly Line[], options: PlotOptions): string {
  const { isLogX = false, marks = [] } = options;
  const shown = lines.map((line) => ({
    ...line,
    points: thinned(line.points.filter(([x, y]) => Number.isFinite(y) && (!isLogX || x > 0))),
  }));
  const all = shown.flatMap(({ points }) => points);
  if (all.length === 0) return '';
  const scale = isLogX ? Math.log10 : (value: number) => value;
  const xs = all.map(([x]) => scale(x));
  const [fromX, toX] = [isLogX ? Math.min(...xs) : 0, Math.max(...xs)];
  const toY = Math.max(...all.map(([, y]) => y), ...marks.map(({ y }) => y)) || 1;
  const x = (value: number) => LEFT + ((scale(value) - fromX) / (toX - fromX || 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => HEIGHT - BOTTOM - (value / toY) * (HEIGHT - TOP - BOTTOM);
  const xTicks = isLogX ? decades(fromX, toX) : steps(toX);
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    ...steps(toY).map((tick) => gridLine(y(tick), `${numberText(tick)} ${options.yUnit}`)),
    ...xTicks.map(
      (tick) =>
        `<text x="${fixed(x(tick))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${numberText(tick)} ${options.xUnit}</text>`,
    ),
    ...marks.map(
      (mark) =>
        `<path class="mark" d="M${LEFT} ${fixed(y(mark.y))}H${WIDTH - RIGHT}"/><text class="mark-name" x="${WIDTH - RIGHT}" y="${fixed(y(mark.y) - 4)}" text-anchor="end">${escapeXml(mark.name)}</text>`,
    ),
    ...shown.map(
      ({ name, className, points }) =>
        `<polyline class="${className}" points="${points.map(([px, py]) => `${fixed(x(px))},${fixed(y(py))}`).join(' ')}"><title>${escapeXml(name)}</title></polyline>`,
    ),
    '</svg>',
  ].join('\n');
}

export interface StackedBar {
  readonly name: string;
  readonly parts: readonly { readonly name: string; readonly className: string; readonly share: number }[];
}

const BAR_HEIGHT = 26;
const BAR_GAP = 10;
const BAR_LEFT = 90;

export function stackedBars(bars: readonly StackedBar[]): string {
  const height = bars.length * (BAR_HEIGHT + BAR_GAP);
  const body = bars.map(({ name, parts }, row) => {
    const top = row * (BAR_HEIGHT + BAR_GAP);
    let left = BAR_LEFT;
    const boxes = parts.map((part) => {
      const width = part.share * (WIDTH - BAR_LEFT - RIGHT);
      const box = `<rect class="${part.className}" x="${fixed(left)}" y="${top}" width="${fixed(width)}" height="${BAR_HEIGHT}"><title>${escapeXml(part.name)}: ${(part.share * 100).toFixed(1)} %</title></rect>`;
      left += width;
      return box;
    });
    return `<text x="${BAR_LEFT - 8}" y="${top + 18}" text-anchor="end">${escapeXml(name)}</text>${boxes.join('')}`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img">\n${body.join('\n')}\n</svg>`;
}

const gridLine = (y: number, name: string): string =>
  `<path class="grid" d="M${LEFT} ${fixed(y)}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${fixed(y + 4)}" text-anchor="end">${name}</text>`;

/** Round numbers from 0 up to the largest. */
export function steps(largest: number): number[] {
  const raw = largest / TICKS;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) as number) * power;
  return Array.from({ length: Math.floor(largest / step + 1e-9) + 1 }, (_, tick) => tick * step);
}

function decades(fromLog: number, toLog: number): number[] {
  const first = Math.ceil(fromLog - 1e-9);
  return Array.from(
    { length: Math.max(0, Math.floor(toLog + 1e-9) - first + 1) },
    (_, step) => 10 ** (first + step),
  );
}

function thinned<Point>(points: readonly Point[]): readonly Point[] {
  const every = Math.ceil(points.length / MAX_POINTS);
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}

const numberText = (value: number): string => `${Number(value.toPrecision(4))}`;
const fixed = (value: number): string => value.toFixed(1);

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
