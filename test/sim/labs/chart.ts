/** A small picture as SVG, written by hand: lines over two axes, each with its name at its end. */
export interface ChartLine {
  readonly name: string;
  /** Ascending in x. */
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly isDashed?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly ChartLine[];
}

const WIDTH = 560;
const HEIGHT = 290;
const LEFT = 48;
const RIGHT = 186;
const TOP = 34;
const BOTTOM = 40;
const LABEL_HEIGHT = 16;
/** More points than pixels show nothing more. */
const MAX_POINTS = 120;
/** On white and on black. Told apart without colour too: each line has its name at its end. */
const COLORS = [
  ['#0b62a4', '#6db6f2'],
  ['#b3400f', '#ff9a66'],
  ['#2b7a0b', '#7fd35c'],
  ['#7a3fa0', '#cf9cf0'],
  ['#8a6d00', '#e0c04a'],
  ['#00798a', '#4fc7d6'],
  ['#a8265e', '#f288b4'],
  ['#555555', '#b5b5b5'],
] as const;
const STYLE = [
  ...styleOf({ ink: '#1c2430', paper: '#fff', grid: '#ddd' }, 0),
  '@media (prefers-color-scheme: dark) {',
  ...styleOf({ ink: '#e4e8ee', paper: '#14181f', grid: '#3a4250' }, 1),
  '}',
].join('\n');

export function chartSvg({ title, xLabel, yLabel, lines }: Chart): string {
  const xTicks = ticksOf(Math.max(...lines.flatMap(({ points }) => points.map(([x]) => x))));
  const yTicks = ticksOf(Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y))));
  const x = scale(xTicks, LEFT, WIDTH - RIGHT);
  const y = scale(yTicks, HEIGHT - BOTTOM, TOP);
  const bottom = HEIGHT - BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" role="img"><title>${title}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text x="${LEFT}" y="16" font-size="14" font-weight="bold">${title}</text>`,
    ...yTicks.map(
      (tick) =>
        `<path d="M${LEFT} ${y(tick)}H${WIDTH - RIGHT}" class="grid"/><text x="${LEFT - 6}" y="${y(tick)}" dy="4" text-anchor="end">${tick}</text>`,
    ),
    ...xTicks.map((tick) => `<text x="${x(tick)}" y="${bottom + 15}" text-anchor="middle">${tick}</text>`),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${xLabel}</text>`,
    `<text x="${LEFT}" y="${TOP - 5}">${yLabel}</text>`,
    ...lines.map((line, i) => polyline(line, classOf(i), x, y)),
    ...labels(lines, y),
    '</svg>',
    '',
  ].join('\n');
}

const classOf = (line: number): string => `line-${line % COLORS.length}`;

/** A picture is shown by pages in light and dark, which cannot style what is in it. */
function styleOf(
  { ink, paper, grid }: { readonly ink: string; readonly paper: string; readonly grid: string },
  scheme: 0 | 1,
): string[] {
  return [
    `text { fill: ${ink}; } .paper { fill: ${paper}; } .grid { stroke: ${grid}; }`,
    'polyline { fill: none; stroke-width: 2; }',
    ...COLORS.map(
      (colors, i) =>
        `text.line-${i} { fill: ${colors[scheme]}; } polyline.line-${i} { stroke: ${colors[scheme]}; }`,
    ),
  ];
}

type Scale = (value: number) => number;

function scale(ticks: readonly number[], from: number, to: number): Scale {
  const most = ticks.at(-1) as number;
  return (value) => Math.round((from + ((to - from) * value) / most) * 10) / 10;
}

function polyline({ points, isDashed }: ChartLine, className: string, x: Scale, y: Scale): string {
  const every = Math.ceil(points.length / MAX_POINTS);
  const kept = points.filter((_, i) => i % every === 0 || i === points.length - 1);
  const places = kept.map(([px, py]) => `${x(px)},${y(py)}`).join(' ');
  const dashes = isDashed === true ? ' stroke-dasharray="5 4"' : '';
  return `<polyline points="${places}" class="${className}"${dashes}/>`;
}

/** Beside the ends of the lines, none over another. */
function labels(lines: readonly ChartLine[], y: Scale): string[] {
  const places = lines
    .map(({ name, points }, i) => ({
      name,
      className: classOf(i),
      at: y(points.at(-1)?.[1] ?? 0),
    }))
    .sort((a, b) => a.at - b.at);
  let free = TOP;
  return places.map(({ name, className, at }, i) => {
    const below = (places.length - 1 - i) * LABEL_HEIGHT;
    const place = Math.max(free, Math.min(at + 4, HEIGHT - BOTTOM + 4 - below));
    free = place + LABEL_HEIGHT;
    return `<text x="${WIDTH - RIGHT + 8}" y="${place}" class="${className}">${name}</text>`;
  });
}

const STEPS = [1, 2, 2.5, 5, 10];
const WANTED_TICKS = 5;

/** Round numbers from 0 to at least `most`. */
export function ticksOf(most: number): readonly number[] {
  let unit = 1;
  while (unit * WANTED_TICKS > most) unit /= 10;
  while (unit * 10 * WANTED_TICKS <= most) unit *= 10;
  const step = STEPS.map((times) => times * unit).find((size) => size * WANTED_TICKS >= most) ?? unit * 10;
  const ticks = Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) =>
    Number((i * step).toPrecision(6)),
  );
  return ticks.length > 1 ? ticks : [0, step];
}
