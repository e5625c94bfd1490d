/** `npm run sim -- FLAGS`: a fan-out in virtual time, its growth with the swarm, or swarms drawn from seeds. */
import { writeFileSync } from 'node:fs';
import { defineFlags } from '../../shared/node/config/flags.ts';
import { count, onOff } from '../../shared/node/config/kinds.ts';
import { outputFile } from '../../shared/node/config/output-kinds.ts';
import { readFlagsOrExit } from '../../shared/node/config/parse-flags.ts';
import { compareBy } from '../../shared/sim/same-bytes.ts';
import { counts } from './counts.ts';
import { type FanOut, runFanOut } from './fan-out.ts';
import { figuresOf } from './fan-out-result.ts';
import { runGrowth } from './growth.ts';
import { runLateSets } from './late-set.ts';
import { growthSvg, plotSvg } from './plot.ts';
import { causeLines, GROWTH_HEAD, growthRow, TABLE_HEAD, tableRow } from './report.ts';
import { soak } from './soak.ts';
import { scenarioName, writeTraceFile } from './trace-file.ts';
import { wrongTogether } from './wrong-together.ts';

const flags = defineFlags({
  hosts: { kind: count('count', 'hosts', 1, 10_000), default: 8, description: 'Hosts that want everything' },
  sets: { kind: count('count', 'torrents', 1, 10_000), default: 1, description: 'Image sets' },
  mib: { kind: count('MiB', 'MiB', 1, 4_096), default: 32, description: 'Content of all sets together' },
  upKbit: { kind: count('rate', 'kbit/s', 1, 100_000_000), default: 20_000, description: 'Uplink of a host' },
  downKbit: {
    kind: count('rate', 'kbit/s', 1, 100_000_000),
    default: 40_000,
    description: 'Downlink of a host, and of the origin',
  },
  seedUpKbit: {
    kind: count('rate', 'kbit/s', 1, 100_000_000),
    default: 20_000,
    description: 'Uplink of the origin',
  },
  rttMs: {
    kind: count('time', 'ms', 0, 10_000),
    default: 20,
    description: 'Round trip between any two hosts',
  },
  seed: { kind: count('number', '', 0, 2 ** 31), default: 1, description: 'Seed that replays the run' },
  liars: {
    kind: count('count', 'hosts', 0, 10_000),
    default: 0,
    description: 'Hosts that send wrong blocks',
  },
  freeRiders: {
    kind: count('count', 'hosts', 0, 10_000),
    default: 0,
    description: 'Hosts that upload nothing',
  },
  kill: { kind: count('count', 'hosts', 0, 10_000), default: 0, description: 'Hosts that die while it runs' },
  peers: {
    kind: count('count', 'nodes', 2, 1_000),
    default: 30,
    description: 'Nodes that a host knows in a larger swarm',
  },
  queueKib: {
    kind: count('KiB', 'KiB', 0, 65_536),
    default: 0,
    description: 'One queue per uplink, which drops what is over; 0: fair and endless',
  },
  frames: {
    kind: onOff,
    default: false,
    description: 'Headers of TCP/IP and Ethernet, and acknowledgements, take their time on the links',
  },
  announceSeconds: {
    kind: count('time', 's', 1, 86_400),
    default: 30,
    description: 'Each host asks the tracker again for each set after so long; a fleet on the feed does not',
  },
  lateKib: {
    kind: count('KiB', 'KiB', 1, 1_048_576),
    description: 'Publish ten sets of so much to linked hosts instead, one after the other',
  },
  joinMs: {
    kind: count('ms', 'ms', 0, 10_000),
    description: 'With --late-kib: each host joins a set within so long',
  },
  grow: {
    kind: counts('hosts', 10_000),
    description: 'Run with so many hosts each, such as 10,30,100: a table, and a plot over them',
  },
  growSets: {
    kind: counts('image sets', 100_000),
    description: 'Run with so many image sets of --set-kib each, such as 100,1000: the same table',
  },
  setKib: {
    kind: count('KiB', 'KiB', 1, 1_048_576),
    default: 16,
    description: 'With --grow-sets: renditions of one set',
  },
  scenarios: {
    kind: count('count', 'runs', 1, 1_000_000),
    description: 'Run so many drawn swarms instead, from the seed on, and watch the rules',
  },
  trace: {
    kind: outputFile,
    description:
      'Run a named scenario instead, and write its log to this file; compressed when it ends in .gz',
  },
  scenario: { kind: scenarioName, default: 'fan-out', description: 'With --trace: which one' },
  json: { kind: outputFile, description: 'Write options and figures to this file' },
  plot: { kind: outputFile, description: 'Write pieces over time, or figures over hosts, to this SVG file' },
});

compareBy((a, b) => Buffer.compare(a, b) === 0);

const options = readFlagsOrExit({
  name: 'sim',
  summary:
    'Runs the real engine in virtual time: a fan-out beside the Kumar-Ross bound, or swarms drawn from seeds whose rules are watched.',
  version: '1',
  flags,
});
const wrong = wrongTogether(options);
if (wrong !== undefined) {
  console.error(`sim: ${wrong} (see --help)`);
  process.exit(2);
}
const startedAt = performance.now();
if (options.trace !== undefined) console.log(writeTraceFile(options.trace, options.scenario, options.seed));
else if (options.scenarios !== undefined) runScenarios(options.scenarios);
else if (options.lateKib !== undefined) runLate(options.lateKib);
else if (options.grow !== undefined) growHosts(options.grow);
else if (options.growSets !== undefined) growSets(options.growSets);
else runOne();

function runOne(): void {
  const result = runFanOut(options);
  console.log(`${TABLE_HEAD}\n${tableRow(options, result)}\n`);
  console.log(causeLines(result));
  tellCost();
  writeJson({ options, figures: figuresOf(result) });
  if (options.plot !== undefined) writeFileSync(options.plot, plotSvg(result, options.mib * 2 ** 20));
  process.exitCode = result.isComplete ? 0 : 1;
}

function runLate(setKib: number): void {
  const results = runLateSets({ ...options, edges: options.hosts, setKib, sets: 10 });
  console.log('| round trips over the bound | copies | received twice, of a set |\n|---|---|---|');
  for (const { overRtts, copies, wasted } of results)
    console.log(`| ${overRtts.toFixed(1)} | ${copies.toFixed(2)} | ${wasted.toFixed(2)} |`);
  tellCost();
  writeJson({ options, results });
  process.exitCode = results.every(({ isComplete }) => isComplete) ? 0 : 1;
}

function growHosts(counts: readonly number[]): void {
  grow(
    counts.map((hosts) => ({ ...options, hosts })),
    'hosts',
  );
}

function growSets(counts: readonly number[]): void {
  grow(
    counts.map((sets) => ({ ...options, sets, mib: (sets * options.setKib) / 1024 })),
    'sets',
  );
}

function grow(steps: readonly FanOut[], grown: 'hosts' | 'sets'): void {
  console.log(GROWTH_HEAD);
  const points = runGrowth(steps, (point) => console.log(growthRow(point)));
  tellCost();
  writeJson({
    options,
    points: points.map(({ options: { hosts, sets }, result, load }) => ({
      hosts,
      sets,
      load,
      figures: figuresOf(result),
    })),
  });
  if (options.plot !== undefined) writeFileSync(options.plot, growthSvg(points, grown));
  process.exitCode = points.every(({ result }) => result.isComplete) ? 0 : 1;
}

function runScenarios(count: number): void {
  const { failures, runs, slowest } = soak(options.seed, count, (line) => console.log(line));
  const share = (slowest.share * 100).toFixed(0);
  console.log(`${runs} runs from seed ${options.seed}: ${failures.length} failed`);
  console.log(`slowest recovery: ${share} % of what was allowed, seed ${slowest.seed}`);
  tellCost();
  writeJson({ seed: options.seed, runs, failures, slowest });
  process.exitCode = failures.length === 0 ? 0 : 1;
}

function tellCost(): void {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  console.log(
    `run: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of CPU, ${(maxRSS / 1024).toFixed(0)} MiB, seed ${options.seed}`,
  );
}

function writeJson(report: object): void {
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}
