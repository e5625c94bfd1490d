/** What the program does in a process that node:cluster started as a worker of an edge. */
import cluster from 'node:cluster';
import { setFlagsFromString } from 'node:v8';
import type { Logger } from '../../shared/node/process/logger.ts';
import type { EdgeConfig } from '../config.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { EdgeWorker } from './worker.ts';

/**
 * V8 lets what outlived its first collections grow fourfold before it collects that. In a crowd requests wait their turn
 * and grow old: with 10,000 connections 284 MB, of which 79 were in use. At twofold it is collected more often, then only.
 */
const GROWS_TWOFOLD = '--heap-growing-percent=100';

export function runWorker(config: EdgeConfig, log: Logger): void {
  setFlagsFromString(GROWS_TWOFOLD);
  // A terminal's Ctrl-C, and its end, go to all processes of the group: the edge is the one that ends us, in its order.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  // The edge is gone, however it went. What it purges from now on nobody would tell us.
  process.on('disconnect', () => process.exit(0));
  const tell = (message: FromWorker): void => {
    // What an edge that has gone does not take is no failure of ours.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };
  const worker = new EdgeWorker(config, log.child({ worker: cluster.worker?.id }), tell);
  process.on('message', (message: ToWorker) => worker.take(message));
  tell({ type: 'ready' });
}
