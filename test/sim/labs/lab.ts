/** A lab: a question, a swarm that answers it, and what comes out as a table and a picture. */
import { defineFlags, type FlagTable, type FlagValues } from '../../../shared/node/config/flags.ts';
import { count, onOff } from '../../../shared/node/config/kinds.ts';
import { outputFile } from '../../../shared/node/config/output-kinds.ts';
import { type Environment, parseFlags } from '../../../shared/node/config/parse-flags.ts';
import type { Chart } from './chart.ts';

export interface LabTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface LabResult {
  readonly table: LabTable;
  readonly chart: Chart;
  /** The bet's answer, as the page tells it, and whether this run says so too. */
  readonly answer: { readonly claim: string; readonly holds: boolean };
}

export interface LabDescription<Table extends FlagTable> {
  /** On the command line; its page is `docs/labs/NN-name.md`. */
  readonly name: string;
  readonly question: string;
  /** What may be changed, beside the seed. */
  readonly flags: Table;
  run(options: FlagValues<Table> & { readonly seed: number }): LabResult;
}

const commonFlags = defineFlags({
  seed: { kind: count('number', '', 0, 2 ** 31), default: 1, description: 'Seed that replays the run' },
  markdown: { kind: onOff, default: false, description: 'Print the table for a page' },
  plot: { kind: outputFile, description: 'Write the picture to this SVG file' },
});

export type LabCommand =
  | { readonly type: 'run'; readonly result: LabResult; readonly markdown: boolean; readonly plot?: string }
  | { readonly type: 'print'; readonly text: string }
  | { readonly type: 'wrong'; readonly message: string };

export interface Lab {
  readonly name: string;
  readonly question: string;
  /** Runs with these words of a command line. @param environment default: none, so that pages come out alike everywhere */
  run(argumentList: readonly string[], environment?: Environment): LabCommand;
}

export function defineLab<Table extends FlagTable>(description: LabDescription<Table>): Lab {
  const { name, question } = description;
  const flags = { ...commonFlags, ...description.flags };
  return {
    name,
    question,
    run(argumentList, environment = {}) {
      const parsed = parseFlags(
        { name: `lab ${name}`, summary: question, version: '1', flags },
        argumentList,
        environment,
      );
      if (parsed.type !== 'run') return parsed;
      const { markdown, plot } = parsed.values as FlagValues<typeof commonFlags>;
      const result = description.run(parsed.values as FlagValues<Table> & { readonly seed: number });
      return { type: 'run', result, markdown, ...(plot === undefined ? {} : { plot }) };
    },
  };
}
