/** Bars as SVG: figures side by side, and shares of a whole. */
import { escapeXml, fixed, svgOf, WIDTHS, type Width } from './svg.ts';

export interface Bar {
  /** Class of the style sheet that gives it its colour. */
  readonly className: string;
  readonly name: string;
  /** As long as it is large; the longest one of a plot is as wide as the plot. */
  readonly value: number;
  /** Said at its end. */
  readonly text: string;
  /** Said after it where there is room: not on phones. */
  readonly more?: string;
  /** It loses to another one. */
  readonly isLoss?: boolean;
  /** Where a line stands across it: the least that is possible, say. */
  readonly least?: number;
}

export interface BarGroup {
  readonly name: string;
  readonly bars: readonly Bar[];
}

const BAR_HEIGHT = 20;
const BAR_GAP = 4;
const GROUP_GAP = 14;
const NAME_HEIGHT = 20;
const NAME_WIDTH = 90;
/** For what is said at the end of a bar. */
const TEXT_WIDTHS: Readonly<Record<Width, number>> = { 720: 230, 330: 110 };

export function groupedBars(label: string, groups: readonly BarGroup[], width: Width): string {
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  if (!(longest > 0)) return '';
  const scale = (width - NAME_WIDTH - TEXT_WIDTHS[width]) / longest;
  const body: string[] = [];
  let top = 0;
  for (const { name, bars } of groups) {
    if (name !== '') {
      body.push(`<text class="group" x="0" y="${top + 14}">${escapeXml(name)}</text>`);
      top += NAME_HEIGHT;
    }
    for (const bar of bars) {
      body.push(...barAt(bar, top, scale, width));
      top += BAR_HEIGHT + BAR_GAP;
    }
    top += GROUP_GAP;
  }
  return svgOf({ label, width }, top - GROUP_GAP, body);
}

function barAt(bar: Bar, top: number, scale: number, width: Width): string[] {
  const { className, name, value, text, more, isLoss = false, least } = bar;
  const length = Math.max(1, value * scale);
  const base = top + 15;
  const atLeast = NAME_WIDTH + (least ?? 0) * scale;
  const said = [text, ...(width === WIDTHS[0] && more !== undefined ? [more] : [])].join(', ');
  return [
    `<text x="${NAME_WIDTH - 8}" y="${base}" text-anchor="end">${escapeXml(name)}</text>`,
    `<rect class="${className}" x="${NAME_WIDTH}" y="${top}" width="${fixed(length)}" height="${BAR_HEIGHT}"/>`,
    ...(least === undefined
      ? []
      : [`<path class="mark" d="M${fixed(atLeast)} ${top - 2}v${BAR_HEIGHT + 4}"/>`]),
    `<text${isLoss ? ' class="loss"' : ''} x="${fixed(NAME_WIDTH + length + 6)}" y="${base}">${escapeXml(isLoss ? `${said} ▲` : said)}</text>`,
  ];
}

export interface StackedBar {
  readonly name: string;
  readonly parts: readonly { readonly name: string; readonly className: string; readonly share: number }[];
}

const STACK_HEIGHT = 26;
const STACK_GAP = 10;
const RIGHT = 16;

export function stackedBars(label: string, bars: readonly StackedBar[], width: Width): string {
  const body = bars.map(({ name, parts }, row) => {
    const top = row * (STACK_HEIGHT + STACK_GAP);
    let left = NAME_WIDTH;
    const boxes = parts.map((part) => {
      const length = part.share * (width - NAME_WIDTH - RIGHT);
      const box = `<rect class="${part.className}" x="${fixed(left)}" y="${top}" width="${fixed(length)}" height="${STACK_HEIGHT}"><title>${escapeXml(part.name)}: ${(part.share * 100).toFixed(1)} %</title></rect>`;
      left += length;
      return box;
    });
    return `<text x="${NAME_WIDTH - 8}" y="${top + 18}" text-anchor="end">${escapeXml(name)}</text>${boxes.join('')}`;
  });
  return svgOf({ label, width }, bars.length * (STACK_HEIGHT + STACK_GAP) - STACK_GAP, body);
}
