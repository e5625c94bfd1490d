/** One file that opens anywhere: style and plots inside, no script, nothing fetched. */
import type { LoadResult } from '../result.ts';
import { lossesOf } from './losses.ts';
import { endedAt, headline } from './markdown.ts';
import { type Plot, plotsOf } from './plots.ts';
import { STYLE } from './style.ts';
import { escapeXml } from './svg.ts';
import { MARKS_TITLE, type Table, tablesOf } from './tables.ts';
import { cautions, inShort } from './words.ts';

export function htmlReport(result: LoadResult): string {
  const { scenario } = result;
  const tables = tablesOf(result);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Load: ${escapeXml(scenario)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Load: ${escapeXml(scenario)}</h1>
<p>${escapeXml(headline(result))}</p>
${cautions(result)
  .map((line) => `<p class="lost">${escapeXml(line)}</p>`)
  .join('\n')}
${list(inShort(result), 'short')}
${tables.filter(isMarks).map(tableHtml).join('\n')}
${losses(result)}
${plotsOf(result).map(plotHtml).join('\n')}
${tables
  .filter((table) => !isMarks(table))
  .map(tableHtml)
  .join('\n')}
${facts(result)}
</main>
</body>
</html>
`;
}

function list(lines: readonly string[], className: string): string {
  if (lines.length === 0) return '';
  return `<ul class="${className}">${lines.map((line) => `<li>${escapeXml(line)}</li>`).join('')}</ul>`;
}

function losses(result: LoadResult): string {
  const lines = lossesOf(result).map(({ text }) => text);
  if (lines.length === 0) return '';
  return `<section class="lost"><h2>Where swarm loses</h2>${list(lines, 'losses')}</section>`;
}

function plotHtml({ title, legend, svgs }: Plot): string {
  const names = legend.map(({ name, className }) => `<span class="${className}">${escapeXml(name)}</span>`);
  const told = names.length > 0 ? `<p class="legend">${names.join(' ')}</p>` : '';
  return `<figure><figcaption>${escapeXml(title)}</figcaption>${svgs.join('\n')}${told}</figure>`;
}

const isMarks = ({ title }: Table): boolean => title === MARKS_TITLE;

function tableHtml({ title, head, rows }: Table): string {
  const id = escapeXml(title.toLowerCase().replace(/[^a-z]+/g, '-'));
  const cell = (text: string, column: number) => {
    if (column === 0) return `<th scope="row">${escapeXml(text)}</th>`;
    const className = text === 'missed' || text === 'met' ? ` class="${text}"` : '';
    return `<td${className}>${escapeXml(text)}</td>`;
  };
  // What scrolls can be reached by keyboard.
  return `<section><h2 id="${id}">${escapeXml(title)}</h2>
<div class="wide" role="region" tabindex="0" aria-labelledby="${id}"><table>
<thead><tr>${head.map((text) => (text === '' ? '<td></td>' : `<th scope="col">${escapeXml(text)}</th>`)).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</tbody>
</table></div></section>`;
}

function facts(result: LoadResult): string {
  const { machine, version, seed, command } = result;
  const rows = [
    ['Command', `<code>${escapeXml(command)}</code>`],
    ['Seed', `${seed}`],
    ['Version', `Shoal ${escapeXml(version)}, ${escapeXml(machine.node)}`],
    ['Machine', `${machine.cores} x ${escapeXml(machine.processor)}, ${escapeXml(machine.kernel)}`],
    ['Ended', endedAt(result)],
  ];
  const terms = rows.map(([name, text]) => `<dt>${name}</dt><dd>${text}</dd>`).join('');
  return `<section><h2>How to get it again</h2><dl>${terms}</dl></section>`;
}
