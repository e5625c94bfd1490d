/** What it costs to look: a picture at any time of a long log, and a log of what the engine does. */
import { invariant } from '../../shared/errors.ts';
import { seededRandom } from '../../shared/random.ts';
import { createSimulation } from '../../shared/sim/create-simulation.ts';
import type { HostPlan, Scenario } from '../../shared/sim/scenario.ts';
import { Simulation } from '../../shared/sim/simulation.ts';
import { addPlannedHost, publish, tellFleet } from '../../shared/sim/staging.ts';
import { parseTrace } from '../../shared/trace/parse.ts';
import type { TraceRecord } from '../../shared/trace/record.ts';
import { TraceRecorder } from '../../shared/trace/recorder.ts';
import { Timeline } from '../../shared/trace/timeline.ts';
import { writeTrace } from '../../shared/trace/write.ts';
import { BLOCK_BYTES } from '../../shared/units.ts';
import { median } from './median.ts';
import type { Row } from './row.ts';

const NODES = 50;
const SETS = 24;
const SET_BYTES = 80 * 16_384;
const RECORDS = 200_000;
const SEEKS = 200;
const ROUNDS = 5;

const host = (name: string, role: HostPlan['role']): HostPlan => ({
  name,
  role,
  upBytesPerSecond: 2_500_000,
  downBytesPerSecond: 5_000_000,
  latencyMs: 5,
  joinsAtMs: role === 'origin' ? 0 : 1,
});

const large: Scenario = {
  name: 'large',
  about: '',
  hosts: Array.from({ length: NODES }, (_, i) => host(`${i}`, i === 0 ? 'origin' : 'edge')),
  sets: Array.from({ length: SETS }, (_, i) => ({
    name: `${i}`,
    files: [{ name: 'a', bytes: SET_BYTES }],
  })),
  superSeed: true,
  engine: {},
  acts: [],
  limitMs: 600_000,
};

function longLog(): string {
  const run = createSimulation(large, 1);
  const records: TraceRecord[] = [];
  while (!run.isOver && records.length < RECORDS) records.push(...run.runUntil(run.nowMs + 20));
  return writeTrace(run.header, records.slice(0, RECORDS));
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function looking(): readonly Row[] {
  const text = longLog();
  const readAt = cpuMs();
  const { header, records } = parseTrace(text);
  const timeline = new Timeline(header);
  timeline.append(records);
  const readMs = cpuMs() - readAt;
  const random = seededRandom(1);
  const seeks = Array.from({ length: SEEKS }, () => {
    const at = cpuMs();
    timeline.pictureAt(random.fraction() * timeline.endMs);
    return cpuMs() - at;
  });
  const worstMs = Math.max(...seeks);
  const log = `a log of ${records.length.toLocaleString('en')} records, ${NODES} nodes, ${SETS} sets`;
  return [
    {
      what: `${log}: read, with the pictures that seeking goes on from`,
      measured: `${readMs.toFixed(0)} ms of CPU (${(text.length / 1e6).toFixed(1)} MB)`,
      mark: 'less than 3 s',
      isMet: readMs < 3_000,
    },
    {
      what: `${log}: the picture at a time drawn at random`,
      measured: `${median(seeks).toFixed(1)} ms of CPU (worst of ${SEEKS}: ${worstMs.toFixed(0)} ms)`,
      mark: 'less than 50 ms',
      isMet: worstMs < 50,
    },
  ];
}

/** The same run with and without somebody who looks: µs of CPU for each block that is given. */
function perBlock(isTraced: boolean): number {
  const scenario = { ...large, hosts: large.hosts.slice(0, 9) };
  const simulation = new Simulation(1);
  let count = 0;
  if (isTraced) simulation.recorder = new TraceRecorder({ emit: () => count++ });
  const torrents = publish(simulation, scenario, seededRandom(2));
  for (const plan of scenario.hosts) addPlannedHost(simulation, scenario, plan, torrents);
  tellFleet(simulation);
  const at = cpuMs();
  const isDone = () =>
    simulation.hosts.every(({ held, isComplete }) => held.size === torrents.length && isComplete);
  simulation.runUntil(isDone, scenario.limitMs);
  const ms = cpuMs() - at;
  invariant(isTraced === count > 0, 'a recorder records');
  const bytes = simulation.hosts.reduce((sum, { engine }) => sum + engine.counters.uploadedBytes, 0);
  return (ms * 1000) / (bytes / BLOCK_BYTES);
}

function tracing(): readonly Row[] {
  // The first runs are the compiler's.
  const runs = Array.from({ length: ROUNDS + 1 }, () => [perBlock(false), perBlock(true)] as const).slice(1);
  const [off, on] = [median(runs.map(([plain]) => plain)), median(runs.map(([, traced]) => traced))];
  return [
    {
      what: 'a simulated block, CPU of all hosts: while somebody looks beside nobody',
      measured: `${on.toFixed(0)} µs beside ${off.toFixed(0)} µs`,
      mark: 'less than 4 times',
      isMet: on < 4 * off,
    },
  ];
}

export async function traceRows(): Promise<readonly Row[]> {
  return [...looking(), ...tracing()];
}
