import type { LoadResult } from '../result.ts';
import { cautions, lossLines, type Table, tablesOf } from './tables.ts';

export function markdownReport(result: LoadResult): string {
  const { machine } = result;
  const losses = lossLines(result);
  return `# Load: ${result.scenario}

${headline(result)}

- ${machine.node}, ${machine.cores} x ${machine.processor}, ${machine.kernel}; Shoal ${result.version}; seed ${result.seed}
- again: \`${result.command}\`
${cautions(result)
  .map((line) => `- **${line}**\n`)
  .join('')}
${losses.length > 0 ? `## Where swarm loses\n\n${losses.map((line) => `- ${line}`).join('\n')}\n` : ''}
${tablesOf(result).map(markdownTable).join('\n')}`;
}

export const headline = ({ summary, edges, visitorsPerSecond, startedAt }: LoadResult): string =>
  `${summary}; ${edges} edges, ${visitorsPerSecond} visitors a second; ${startedAt}`;

export function markdownTable({ title, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, '', line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line), ''].join(
    '\n',
  );
}
