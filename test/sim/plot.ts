/** Plots as SVG written by hand: verified bytes over time, a line per host; and figures over the number of hosts. */
import type { Curve, FanOutResult } from './fan-out-result.ts';
import type { GrowthPoint } from './growth.ts';

const WIDTH = 800;
const HEIGHT = 400;
const MARGIN = 40;
/** More points than pixels show nothing more. */
const MAX_POINTS = 400;

export function plotSvg(result: FanOutResult, wholeBytes: number): string {
  const lastSecond = Math.max(result.seconds, result.boundSeconds);
  const x = (second: number) => (MARGIN + (second / lastSecond) * (WIDTH - 2 * MARGIN)).toFixed(1);
  const y = (share: number) => (HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)).toFixed(1);
  const lines = result.curves.map((curve, i) => {
    const points = pointsOf(curve, wholeBytes).map(([second, share]) => `${x(second)},${y(share)}`);
    const hue = Math.round((i * 360) / result.curves.length);
    return `<polyline points="${x(0)},${y(0)} ${points.join(' ')}" fill="none" stroke="hsl(${hue} 70% 45%)"><title>${curve.name}</title></polyline>`;
  });
  const bound = x(result.boundSeconds);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12"><title>Figures of simulated swarms</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<path d="M${x(0)} ${y(1)}V${y(0)}H${x(lastSecond)}" fill="none" stroke="black"/>`,
    `<line x1="${bound}" y1="${y(0)}" x2="${bound}" y2="${y(1)}" stroke="gray" stroke-dasharray="4"/>`,
    `<text x="${bound}" y="${MARGIN - 8}" text-anchor="middle">bound ${result.boundSeconds.toFixed(1)} s</text>`,
    `<text x="${x(lastSecond)}" y="${HEIGHT - 12}" text-anchor="end">${lastSecond.toFixed(1)} s</text>`,
    `<text x="8" y="${y(1)}">100 %</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function pointsOf(curve: Curve, wholeBytes: number): [second: number, share: number][] {
  const every = Math.max(1, Math.ceil(curve.verifiedAt.length / MAX_POINTS));
  const points: [number, number][] = [];
  let bytes = 0;
  curve.verifiedAt.forEach((second, i) => {
    bytes += curve.verifiedBytes[i] as number;
    if (i % every === 0 || i === curve.verifiedAt.length - 1) points.push([second, bytes / wholeBytes]);
  });
  return points;
}

/** Time over bound, and copies that left the origin, over the number of what grows by factors. */
export function growthSvg(points: readonly GrowthPoint[], grown: 'hosts' | 'sets'): string {
  const most = Math.max(2, ...points.flatMap(({ result }) => [result.ratio, result.originCopies]));
  const x = (index: number) => MARGIN + (index / Math.max(1, points.length - 1)) * (WIDTH - 3 * MARGIN);
  const y = (value: number) => HEIGHT - MARGIN - (value / most) * (HEIGHT - 2 * MARGIN);
  const line = (of: (result: FanOutResult) => number, color: string, name: string) => {
    const places = points.map(({ result }, i) => `${x(i).toFixed(1)},${y(of(result)).toFixed(1)}`);
    const last = points.at(-1);
    const label = last
      ? `<text x="${x(points.length - 1) + 6}" y="${y(of(last.result))}" fill="${color}">${name}</text>`
      : '';
    return `<polyline points="${places.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>${label}`;
  };
  const marks = [0, 1, most].map(
    (value) =>
      `<path d="M${x(0)} ${y(value)}H${WIDTH - 2 * MARGIN}" stroke="lightgray"/><text x="8" y="${y(value)}">${value.toFixed(2)}</text>`,
  );
  const counts = points.map(
    ({ options }, i) => `<text x="${x(i)}" y="${HEIGHT - 12}" text-anchor="middle">${options[grown]}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12"><title>Figures of simulated swarms</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    ...marks,
    ...counts,
    line((result) => result.ratio, 'steelblue', 'last / bound'),
    line((result) => result.originCopies, 'firebrick', 'copies'),
    '</svg>',
    '',
  ].join('\n');
}
