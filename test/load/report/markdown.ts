import type { LoadResult } from '../result.ts';
import { lossesOf } from './losses.ts';
import { type Table, tablesOf } from './tables.ts';
import { cautions, inShort } from './words.ts';

export function markdownReport(result: LoadResult): string {
  const { machine } = result;
  const losses = lossesOf(result).map(({ text }) => text);
  return `# Load: ${result.scenario}

${headline(result)}

- ${machine.node}, ${machine.cores} x ${machine.processor}, ${machine.kernel}; Shoal ${result.version}; seed ${result.seed}; ${endedAt(result)}
- again: \`${result.command}\`
${cautions(result)
  .map((line) => `- **${line}**\n`)
  .join('')}
${inShort(result)
  .map((line) => `- ${line}\n`)
  .join('')}
${losses.length > 0 ? `## Where swarm loses\n\n${losses.map((line) => `- ${line}`).join('\n')}\n` : ''}
${tablesOf(result).map(markdownTable).join('\n')}`;
}

export const headline = ({ summary, edges, visitorsPerSecond }: LoadResult): string =>
  `${summary.charAt(0).toUpperCase()}${summary.slice(1)}. ${edges} edges, ${visitorsPerSecond} new visitors a second.`;

/** @example 2026-11-21 19:30 UTC */
export const endedAt = ({ startedAt }: LoadResult): string =>
  `${startedAt.slice(0, 16).replace('T', ' ')} UTC`;

export function markdownTable({ title, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, '', line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line), ''].join(
    '\n',
  );
}
