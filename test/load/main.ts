/**
 * `npm run load -- FLAGS`: shoppers at an origin alone, at edges that pull from it, and at edges that feed each other,
 * on shaped links, with the same traffic. Writes load-report/index.html, .md and .json.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readFlagsOrExit } from '../../shared/node/config/parse-flags.ts';
import { ALL_SCENARIOS, joinCompared, LOAD_COMMAND, type LoadFlags } from './flags.ts';
import { loadDeployment } from './load-deployment.ts';
import { loadFleets } from './load-fleets.ts';
import { Progress } from './progress.ts';
import {
  comparison,
  prepareFolder,
  readResult,
  tableOf,
  tableOfReports,
  writeReport,
} from './report/write-report.ts';
import type { LoadResult } from './result.ts';
import { scenarios } from './scenarios.ts';

const flags = readFlagsOrExit(LOAD_COMMAND, joinCompared(process.argv.slice(2)));
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    // The second one does not wait for a report.
    if (abort.signal.aborted) process.exit(130);
    console.error('ending; what was seen so far is reported');
    abort.abort();
  });
process.exit(await run(flags));

async function run(values: LoadFlags): Promise<number> {
  try {
    if (values.compare !== undefined) {
      const [first, second] = values.compare.map(readResult) as [LoadResult, LoadResult];
      console.log(comparison(first, second));
      return 0;
    }
    if (values.table !== undefined) {
      console.log(tableOfReports(values.table));
      return 0;
    }
    const progress = new Progress((line) => console.error(line));
    if (values.scenario === ALL_SCENARIOS) await loadAll(values, progress);
    else await loadOne(values, progress);
    return abort.signal.aborted ? 130 : 0;
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') {
      console.error('load: ended before any visitor came');
      return 130;
    }
    console.error(`load: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

async function loadAll(values: LoadFlags, progress: Progress): Promise<void> {
  // Not what the folder has: an earlier run may have left reports of scenarios that this one did not come to.
  const results: LoadResult[] = [];
  for (const scenario of Object.keys(scenarios)) {
    if (abort.signal.aborted) break;
    progress.say(scenario);
    results.push(await loadOne({ ...values, scenario, out: path.join(values.out, scenario) }, progress));
  }
  console.log(tableOf(results));
}

async function loadOne(values: LoadFlags, progress: Progress): Promise<LoadResult> {
  prepareFolder(values.out);
  const result =
    values.against === undefined
      ? await loadOwnFleets(values, progress)
      : await loadDeployment(values, values.against, abort.signal, progress);
  console.log(writeReport(result, values.out));
  return result;
}

async function loadOwnFleets(values: LoadFlags, progress: Progress): Promise<LoadResult> {
  const runFolder = mkdtempSync(path.join(tmpdir(), 'shoal-load-run-'));
  const clean = () => rmSync(runFolder, { recursive: true, force: true });
  // A second Ctrl-C ends it here and now.
  process.once('exit', clean);
  try {
    return await loadFleets(values, runFolder, abort.signal, progress);
  } finally {
    process.off('exit', clean);
    clean();
  }
}
