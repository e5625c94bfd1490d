/** One file that opens anywhere: style and plots inside, no script, nothing fetched. */
import type { LoadResult } from '../result.ts';
import { headline } from './markdown.ts';
import { type Plot, plotsOf } from './plots.ts';
import { STYLE } from './style.ts';
import { escapeXml } from './svg.ts';
import { cautions, lossLines, type Table, tablesOf } from './tables.ts';

export function htmlReport(result: LoadResult): string {
  const { machine, scenario } = result;
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
<p class="facts">${escapeXml(machine.node)}, ${machine.cores} x ${escapeXml(machine.processor)}, ${escapeXml(machine.kernel)}; Shoal ${escapeXml(result.version)}; seed ${result.seed}<br>Again: <code>${escapeXml(result.command)}</code></p>
${losses(result)}
${plotsOf(result).map(plotHtml).join('\n')}
${tablesOf(result).map(tableHtml).join('\n')}
</main>
</body>
</html>
`;
}

function losses(result: LoadResult): string {
  const lines = lossLines(result);
  if (lines.length === 0) return '';
  return `<section class="lost"><h2>Where swarm loses</h2><ul>${lines.map((line) => `<li>${escapeXml(line)}</li>`).join('')}</ul></section>`;
}

function plotHtml({ title, legend, svg }: Plot): string {
  const names = legend.map(({ name, className }) => `<span class="${className}">${escapeXml(name)}</span>`);
  return `<figure><figcaption>${escapeXml(title)}</figcaption>${svg}<p class="legend">${names.join(' ')}</p></figure>`;
}

function tableHtml({ title, head, rows }: Table): string {
  const cell = (text: string) =>
    `<td${text === 'missed' ? ' class="missed"' : text === 'met' ? ' class="met"' : ''}>${escapeXml(text)}</td>`;
  return `<section><h2>${escapeXml(title)}</h2><div class="wide"><table>
<thead><tr>${head.map((text) => `<th>${escapeXml(text)}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</tbody>
</table></div></section>`;
}
