/** The table's rows of the warm path. */
import type { LoadSide } from './load-rounds.ts';
import type { Row } from './row.ts';
import { MANY_CONNECTIONS, type ManyConnections, runWarmBench, type WarmResult } from './warm.ts';

export async function warmRows(): Promise<Row[]> {
  const { results, many } = await runWarmBench();
  return [...results.flatMap(rowsOf), manyRow(many)];
}

function manyRow({ held, memoryBytes, load }: ManyConnections): Row {
  const megabytes = memoryBytes / 1e6;
  const rate = `${load.requestsPerSecond.toFixed(0)}/s, p99 ${load.p99Ms.toFixed(0)} ms`;
  return {
    what: `edge, warm, ${MANY_CONNECTIONS} kept connections that ask one worker: memory of edge and worker at most`,
    measured: `${megabytes.toFixed(0)} MB (${held} held and answered, ${rate})`,
    mark: 'under 500 MB',
    isMet: held === MANY_CONNECTIONS && megabytes < 500,
  };
}

function rowsOf({ name, bodyBytes, bare, one, two, own, nginx }: WarmResult): Row[] {
  const what = `edge, warm, ${name} of ${(bodyBytes / 1024).toFixed(0)} KiB`;
  const slower = one.p99Ms / bare.p99Ms;
  const tail = {
    what: `${what}, one worker: p99 beside bare node:http`,
    measured: `${slower.toFixed(2)} (${one.p99Ms.toFixed(2)} ms beside ${bare.p99Ms.toFixed(2)} ms)`,
    mark: 'at most 1.5',
    isMet: slower <= 1.5,
  };
  return [
    rate(`${what}, one worker beside bare node:http`, one, bare, 0.9),
    tail,
    rate(`${what}, the edge's own process beside bare node:http`, own, bare, 0.9),
    ...(nginx === undefined ? [] : [rate(`${what}, two workers beside nginx with one`, two, nginx, 1)]),
    ...(nginx === undefined ? [] : [rate(`${what}, one worker beside nginx with one`, one, nginx, 1)]),
  ];
}

function rate(what: string, ours: LoadSide, peer: LoadSide, mark: number): Row {
  const ratio = ours.requestsPerSecond / peer.requestsPerSecond;
  const rates = `${ours.requestsPerSecond.toFixed(0)}/s beside ${peer.requestsPerSecond.toFixed(0)}/s`;
  return { what, measured: `${ratio.toFixed(2)} (${rates})`, mark: `at least ${mark}`, isMet: ratio >= mark };
}
