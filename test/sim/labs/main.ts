/** `npm run lab NAME -- FLAGS`: an experiment in virtual time; `npm run lab pages` writes the pages' tables and pictures. */
import { writeFileSync } from 'node:fs';
import { ARITHMETIC, LABS, labNamed } from './all-labs.ts';
import { chartSvg } from './chart.ts';
import type { Lab, LabResult } from './lab.ts';
import { alignedTable, markdownTable } from './table-text.ts';
import { writePages } from './write-pages.ts';

const [name, ...flags] = process.argv.slice(2);
const lab = labNamed(name);
if (name === 'pages') writePages();
else if (lab) runLab(lab);
else {
  console.error('npm run lab NAME [-- FLAGS]; --help after -- tells the flags of a lab');
  for (const one of [...LABS, ...ARITHMETIC]) console.error(`  ${one.name.padEnd(14)} ${one.question}`);
  process.exitCode = name === undefined ? 0 : 2;
}

function runLab({ run, question }: Lab): void {
  const outcome = run(flags, process.env);
  if (outcome.type === 'print') console.log(outcome.text);
  else if (outcome.type === 'wrong') {
    console.error(outcome.message);
    process.exitCode = 2;
  } else {
    const { result, markdown, plot } = outcome;
    if (plot !== undefined) writeFileSync(plot, chartSvg(result.chart));
    if (markdown) console.log(markdownTable(result.table));
    else tell(question, result);
  }
}

function tell(question: string, { table, answer }: LabResult): void {
  console.log(`${question}\n\n${alignedTable(table)}\n`);
  console.log(`${answer.holds ? 'So it is here:' : 'Not so in this run:'} ${answer.claim}.`);
}
