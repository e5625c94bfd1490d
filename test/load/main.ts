/**
 * `npm run load -- FLAGS`: shoppers at an origin alone, at edges that pull from it, and at edges that feed each other,
 * on shaped links, with the same traffic. Writes load-report/index.html, .md and .json.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readFlagsOrExit } from '../../shared/node/config/parse-flags.ts';
import { joinCompared, LOAD_COMMAND, type LoadFlags } from './flags.ts';
import { loadDeployment } from './load-deployment.ts';
import { loadFleets } from './load-fleets.ts';
import { Progress } from './progress.ts';
import { comparison, readResult, writeReport } from './report/write-report.ts';
import type { LoadResult } from './result.ts';

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
    const progress = new Progress((line) => console.error(line));
    const result =
      values.against === undefined
        ? await loadOwnFleets(values, progress)
        : await loadDeployment(values, values.against, abort.signal, progress);
    console.log(writeReport(result, values.out));
    return abort.signal.aborted ? 130 : 0;
  } catch (error) {
    console.error(`load: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function loadOwnFleets(values: LoadFlags, progress: Progress): Promise<LoadResult> {
  const runFolder = mkdtempSync(path.join(tmpdir(), 'shoal-load-run-'));
  process.on('exit', () => rmSync(runFolder, { recursive: true, force: true }));
  return loadFleets(values, runFolder, abort.signal, progress);
}
