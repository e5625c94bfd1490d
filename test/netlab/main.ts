/**
 * `npm run netlab -- FLAGS`: Shoal, and stock clients beside it, on shaped links between network namespaces. Needs
 * root, gcc and iproute2; touches nothing outside the namespaces that it makes.
 */
import { writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineFlags } from '../../shared/node/config/flags.ts';
import { count, onOff, path as pathKind } from '../../shared/node/config/kinds.ts';
import { outputFile } from '../../shared/node/config/output-kinds.ts';
import { readFlagsOrExit } from '../../shared/node/config/parse-flags.ts';
import { PROJECT } from '../support/fleet.ts';
import { findPhotos } from '../support/photo-source.ts';
import { someOf } from '../support/some-of.ts';
import { Lab } from './lab.ts';
import type { RunReport } from './metrics.ts';
import { runLines, type Summary, summaryLines, summaryOf } from './report.ts';
import { enterSandbox, leaveSandbox, missingForSandbox, runInSandbox, sandboxFolder } from './sandbox.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { missingClient, type StockClient, stockClients } from './stock-clients.ts';
import { stockSpread } from './stock-spread.ts';

const flags = defineFlags({
  scenario: {
    kind: someOf(Object.keys(scenarios), 'all'),
    required: true,
    description: `comma-separated, or all: ${Object.keys(scenarios).join(', ')}`,
  },
  runs: { kind: count('count', 'runs', 1, 1_000), default: 3, description: 'runs of each client' },
  beside: {
    kind: someOf(stockClients),
    defaultText: 'none',
    description: `stock clients to run in turn with Shoal: ${stockClients.join(', ')}`,
  },
  torrents: {
    kind: count('count', 'torrents', 1, 10_000),
    defaultText: 'as many as image sets',
    description: 'torrents that a stock client gets the same bytes in',
  },
  pieceKib: {
    kind: count('size', 'KiB', 16, 16_384),
    default: 256,
    description: 'piece length of those torrents',
  },
  photos: {
    kind: pathKind,
    default: path.resolve(PROJECT, '../shared/photos'),
    defaultText: '../shared/photos; without it, noise',
    description: 'folder of JPEG photos that the payload is cut from',
  },
  json: { kind: outputFile, description: 'write all figures to this file' },
  keep: {
    kind: onOff,
    default: false,
    description: 'leave logs and data folders of the runs in the temporary folder',
  },
});

const options = readFlagsOrExit({
  name: 'netlab',
  summary: 'Measures Shoal, and stock clients beside it, on shaped links between network namespaces.',
  version: '1',
  flags,
});

interface ScenarioResult {
  readonly scenario: string;
  readonly runs: readonly RunReport[];
  readonly summaries: readonly Summary[];
}

async function runScenario(lab: Lab, name: string, beside: readonly StockClient[]): Promise<ScenarioResult> {
  const scenario = scenarios[name] as Scenario;
  console.log(`\n${name}: ${scenario.summary}`);
  const { fanOut } = scenario;
  if (!fanOut && beside.length > 0) console.log(`${beside.join(', ')}: skipped, no stock client does this`);
  const torrents = { count: options.torrents ?? fanOut?.wanted.sets ?? 1, pieceKib: options.pieceKib };
  const clients: [string, () => Promise<RunReport>][] = [['shoal', () => scenario.run(lab)]];
  if (fanOut)
    for (const client of beside) clients.push([client, () => stockSpread(lab, client, fanOut, torrents)]);
  const runs: RunReport[] = [];
  for (let index = 0; index < options.runs; index++) {
    // The one that goes first changes.
    for (let turn = 0; turn < clients.length; turn++) {
      const [, run] = clients[(turn + index) % clients.length] as (typeof clients)[number];
      const report = await run();
      console.log(runLines(report, index));
      runs.push(report);
    }
  }
  const summaries = clients.map(([client]) => {
    const own = runs.filter((run) => run.client === client);
    return summaryOf(client, own, client === 'shoal' ? scenario.marks : []);
  });
  for (const summary of summaries) console.log(summaryLines(summary));
  return { scenario: name, runs, summaries };
}

async function runInside(folder: string): Promise<void> {
  enterSandbox();
  const machine = `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`;
  console.log(machine);
  console.log('edges run as `node dist/bin/shoal-edge.js`, the origin as `node dist/server/main.js`');
  const photos = await findPhotos(options.photos, path.join(tmpdir(), 'shoal-netlab-noise'));
  if (!photos.isReal) console.log(`no photos in ${options.photos}: the payload is cut from noise`);
  const runFolder = options.keep ? path.join(tmpdir(), 'shoal-netlab-kept') : folder;
  if (options.keep) console.log(`files of the runs stay in ${runFolder}`);
  const lab = new Lab(runFolder, photos, options.keep);
  const beside: StockClient[] = [];
  for (const client of (options.beside ?? []) as readonly StockClient[]) {
    const missing = missingClient(client);
    if (missing === undefined) beside.push(client);
    else console.log(`${client}: skipped, ${missing}`);
  }
  const results: ScenarioResult[] = [];
  for (const name of options.scenario) {
    results.push(await runScenario(lab, name, beside));
    if (options.json !== undefined)
      writeFileSync(options.json, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);
  }
  process.exitCode = results.some(({ summaries }) => summaries.some(({ faults }) => faults > 0)) ? 1 : 0;
  leaveSandbox();
}

const folder = sandboxFolder();
if (folder !== undefined) {
  await runInside(folder);
  // Sockets of the runner's own may be left open; the world ends with this process.
  process.exit();
}
const missing = missingForSandbox();
if (missing !== undefined) {
  console.error(`netlab: ${missing}`);
  process.exit(2);
}
process.exit(await runInSandbox(fileURLToPath(import.meta.url), process.argv.slice(2)));
