/** Line plots as SVG without a library: pure functions from numbers to text, coloured by the page's style sheet. */

export interface Line {
  readonly name: string;
  /** Class of the style sheet that gives it its colour. */
  readonly className: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface PlotOptions {
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly width: Width;
  readonly xUnit: string;
  readonly yUnit: string;
  /** Decades instead of equal steps; points at or below 0 are left out. */
  readonly isLogX?: boolean;
  readonly marks?: readonly { readonly y: number; readonly name: string }[];
}

/** For desktops and for phones; letters are as large in both. */
export const WIDTHS = [720, 330] as const;
export type Width = (typeof WIDTHS)[number];

const HEIGHTS: Readonly<Record<Width, number>> = { 720: 300, 330: 220 };
const TICKS: Readonly<Record<Width, number>> = { 720: 5, 330: 3 };
const LEFT = 64;
const RIGHT = 16;
const TOP = 18;
const BOTTOM = 28;
/** More points than pixels show nothing more. */
const MAX_POINTS = 500;

export function linePlot(lines: readonly Line[], options: PlotOptions): string {
  const { width, isLogX = false, marks = [] } = options;
  const height = HEIGHTS[width];
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
  const x = (value: number) => LEFT + ((scale(value) - fromX) / (toX - fromX || 1)) * (width - LEFT - RIGHT);
  const y = (value: number) => height - BOTTOM - (value / toY) * (height - TOP - BOTTOM);
  const xTicks = isLogX ? decades(fromX, toX) : steps(toX, TICKS[width]);
  return svgOf(options, height, [
    ...steps(toY, TICKS[width]).map((tick) =>
      gridLine(y(tick), width, `${numberText(tick)} ${options.yUnit}`),
    ),
    ...xTicks.map(
      (tick) =>
        `<text x="${fixed(x(tick))}" y="${height - BOTTOM + 18}" text-anchor="middle">${numberText(tick)} ${options.xUnit}</text>`,
    ),
    ...marks.map(
      (mark) =>
        `<path class="mark" d="M${LEFT} ${fixed(y(mark.y))}H${width - RIGHT}"/><text x="${width - RIGHT}" y="${fixed(y(mark.y) - 5)}" text-anchor="end">${escapeXml(mark.name)}</text>`,
    ),
    ...shown.map(
      ({ name, className, points }) =>
        `<polyline class="${className}" points="${points.map(([px, py]) => `${fixed(x(px))},${fixed(y(py))}`).join(' ')}"><title>${escapeXml(name)}</title></polyline>`,
    ),
  ]);
}

export function svgOf(
  { label, width }: Pick<PlotOptions, 'label' | 'width'>,
  height: number,
  body: readonly string[],
): string {
  const size = width === WIDTHS[0] ? 'desktop' : 'phone';
  return [
    `<svg class="${size}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(label)}">`,
    ...body,
    '</svg>',
  ].join('\n');
}

const gridLine = (y: number, width: number, name: string): string =>
  `<path class="grid" d="M${LEFT} ${fixed(y)}H${width - RIGHT}"/><text x="${LEFT - 6}" y="${fixed(y + 4)}" text-anchor="end">${name}</text>`;

/** Round numbers from 0 up to the largest. */
export function steps(largest: number, wanted: number = TICKS[720]): number[] {
  const raw = largest / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw * (1 - 1e-9)) as number) * power;
  return Array.from({ length: Math.floor(largest / step + 1e-9) + 1 }, (_, tick) => tick * step);
}

/** Powers of ten; where there are few of them, twice and five times as much too. */
function decades(fromLog: number, toLog: number): number[] {
  const powers = Array.from(
    { length: Math.floor(toLog + 1e-9) - Math.floor(fromLog) + 1 },
    (_, step) => 10 ** (Math.floor(fromLog) + step),
  );
  const factors = powers.length > 3 ? [1] : [1, 2, 5];
  return powers
    .flatMap((power) => factors.map((factor) => factor * power))
    .filter((tick) => tick >= 10 ** (fromLog - 1e-9) && tick <= 10 ** (toLog + 1e-9));
}

function thinned<Point>(points: readonly Point[]): readonly Point[] {
  const every = Math.ceil(points.length / MAX_POINTS);
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}

export const numberText = (value: number): string =>
  Number(value.toPrecision(4)).toLocaleString('en', { maximumFractionDigits: 6 });
export const fixed = (value: number): string => value.toFixed(1);

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
