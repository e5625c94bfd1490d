/** The same fan-out with more and more hosts, or image sets, at fixed rates: what grows with them that should not. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type FanOut, runFanOut } from './fan-out.ts';
import type { FanOutResult } from './fan-out-result.ts';

export interface GrowthPoint {
  readonly options: FanOut;
  readonly result: FanOutResult;
  readonly load: Load;
}

/** What the swarm is to its tracker and to each of its nodes. */
export interface Load {
  /** Over the run; announces of a start are most of them. */
  readonly announcesPerSecond: number;
  readonly linksPerNode: number;
  /** V8's heap and buffers beside it: engine, links and what the simulator keeps of a host, when all are complete. */
  readonly kibPerNode: number;
}

/** @param done hears of each point when it is there */
export function runGrowth(steps: readonly FanOut[], done: (point: GrowthPoint) => void): GrowthPoint[] {
  const collect = garbageCollector();
  return steps.map((options) => {
    const before = usedBytes(collect);
    let load: Load = { announcesPerSecond: 0, linksPerNode: 0, kibPerNode: 0 };
    const result = runFanOut(options, {}, ({ hosts: nodes, tracker, events }) => {
      load = {
        announcesPerSecond: (tracker.announces * 1_000) / events.now,
        linksPerNode: nodes.reduce((sum, node) => sum + node.engine.linkCount, 0) / nodes.length,
        kibPerNode: (usedBytes(collect) - before) / 1_024 / nodes.length,
      };
    });
    const point = { options, result, load };
    done(point);
    return point;
  });
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function usedBytes(collect: () => void): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
