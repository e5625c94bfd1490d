/**
 * `npm run bench [-- NAME ...]`: what docs/benchmarks.md tells, measured on this machine, as the Markdown table
 * that stands there. Names: ingest, sample-sets, link, warm, idle, engine, trace, tracker, cache,
 * cache-soak, swarm-page, shop-page, shop-lighthouse. Without one, all.
 */
import { cpus } from 'node:os';
import { cacheRows, cacheSoakRows } from './cache-rows.ts';
import { type EngineBench, runEngineBench } from './engine.ts';
import { type IdleNode, runIdleBench } from './idle.ts';
import { runIngestBench } from './ingest.ts';
import { linkRows } from './link-rows.ts';
import type { Row } from './row.ts';
import { sampleSetRows } from './sample-sets.ts';
import { shopLighthouseRows, shopPageRows } from './shop-page.ts';
import { swarmPageRows } from './swarm-page.ts';
import { traceRows } from './trace.ts';
import { trackerRows } from './tracker.ts';
import { warmRows } from './warm-rows.ts';

const benches: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  ingest: async () => {
    const result = await runIngestBench();
    const what = `one ${result.megapixels.toFixed(1)}-megapixel photo, its whole ladder, published`;
    const measured = `${result.medianSeconds.toFixed(2)} s (worst ${result.worstSeconds.toFixed(2)} s)`;
    return [{ what, measured, mark: 'at most 8 s', isMet: result.medianSeconds <= 8 }];
  },
  'sample-sets': sampleSetRows,
  link: linkRows,
  warm: warmRows,
  idle: async () => {
    const { sets, origin, edge } = await runIdleBench();
    return [...idleRows('edge', sets, edge), ...idleRows('origin', sets, origin)];
  },
  engine: async () => engineRows(runEngineBench()),
  trace: traceRows,
  tracker: trackerRows,
  cache: async () => cacheRows(),
  'cache-soak': cacheSoakRows,
  'swarm-page': swarmPageRows,
  'shop-page': shopPageRows,
  'shop-lighthouse': shopLighthouseRows,
};

/** Marks of docs/benchmarks.md: ready in 5 s, 300 MB, 2 % of a core. */
function idleRows(role: string, sets: number, node: IdleNode): Row[] {
  const what = `${role} with ${sets.toLocaleString('en')} image sets and nothing to do`;
  const megabytes = node.residentBytes / 1e6;
  return [
    {
      what: `${what}: from its start to ready`,
      measured: `${node.readySeconds.toFixed(1)} s`,
      mark: 'less than 5 s',
      isMet: node.readySeconds < 5,
    },
    {
      what: `${what}: memory`,
      measured: `${megabytes.toFixed(0)} MB`,
      mark: 'less than 300 MB',
      isMet: megabytes < 300,
    },
    {
      what: `${what}: CPU`,
      measured: `${(node.cpuShare * 100).toFixed(1)} % of a core`,
      mark: 'less than 2 %',
      isMet: node.cpuShare < 0.02,
    },
  ];
}

/** Ratios of CPU time in one run; 1 is a cost that does not grow. */
function engineRows(result: EngineBench): Row[] {
  const { quietTorrents, bytesPerQuietTorrent, secondsToAdd, torrentsRatio, piecesRatio } = result;
  const quiet = `engine, ${quietTorrents.toLocaleString('en')} quiet torrents`;
  const block = `engine, CPU per block (${result.microsecondsPerBlock.toFixed(0)} µs, both sides)`;
  return [
    {
      what: `${quiet}: memory of one`,
      measured: `${bytesPerQuietTorrent.toFixed(0)} bytes`,
      mark: 'at most 2,048',
      isMet: bytesPerQuietTorrent <= 2_048,
    },
    {
      what: `${quiet}: added`,
      measured: `${(secondsToAdd * 1000).toFixed(0)} ms of CPU`,
      mark: 'less than 1 s',
      isMet: secondsToAdd < 1,
    },
    {
      what: `${block}: 11,000 torrents beside 20`,
      measured: torrentsRatio.toFixed(2),
      mark: 'less than 2',
      isMet: torrentsRatio < 2,
    },
    {
      what: `${block}: 100,000 pieces beside 4,000`,
      measured: piecesRatio.toFixed(2),
      mark: 'less than 1.5',
      isMet: piecesRatio < 1.5,
    },
  ];
}

const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(benches, name));
if (unknown !== undefined) {
  console.error(`no bench ${unknown}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}
console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}\n`);
console.log('| work | measured | mark | |\n|---|---|---|---|');
for (const name of names.length > 0 ? names : Object.keys(benches)) {
  for (const row of (await benches[name]?.()) ?? []) {
    console.log(`| ${row.what} | ${row.measured} | ${row.mark} | ${row.isMet ? 'met' : 'missed'} |`);
  }
}
