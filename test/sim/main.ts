/** `npm run sim -- FLAGS`: one fan-out in virtual time, its table row, and where the time went. */
import { writeFileSync } from 'node:fs';
import { defineFlags } from '../../shared/node/config/flags.ts';
import { count, path } from '../../shared/node/config/kinds.ts';
import { readFlagsOrExit } from '../../shared/node/config/parse-flags.ts';
import { runFanOut } from './fan-out.ts';
import { plotSvg } from './plot.ts';
import { causeLines, TABLE_HEAD, tableRow } from './report.ts';

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
    default: 40,
    description: 'Nodes that a host knows in a larger swarm',
  },
  json: { kind: path, description: 'Write options and figures to this file' },
  plot: { kind: path, description: 'Write pieces over time to this SVG file' },
});

const options = readFlagsOrExit({
  name: 'sim',
  summary: 'Runs a fan-out of the real engine in virtual time and compares it with the Kumar-Ross bound.',
  version: '1',
  flags,
});
const startedAt = performance.now();
const result = runFanOut(options);
console.log(`${TABLE_HEAD}\n${tableRow(options, result)}\n`);
console.log(causeLines(result));
const { maxRSS } = process.resourceUsage();
const seconds = (performance.now() - startedAt) / 1000;
console.log(`run: ${seconds.toFixed(1)} s, ${(maxRSS / 1024).toFixed(0)} MiB, seed ${options.seed}`);
if (options.json !== undefined) {
  const { curves: _, ...figures } = result;
  writeFileSync(options.json, `${JSON.stringify({ options, figures }, undefined, 2)}\n`);
}
if (options.plot !== undefined) writeFileSync(options.plot, plotSvg(result, options.mib * 2 ** 20));
process.exitCode = result.isComplete ? 0 : 1;
