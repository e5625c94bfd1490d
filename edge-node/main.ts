#!/usr/bin/env node
/** The program `shoal-edge`, and what its workers run. */
import cluster from 'node:cluster';
import { UserError } from '../shared/errors.ts';
import { secretsOf } from '../shared/node/config/flags.ts';
import { readFlagsOrExit } from '../shared/node/config/parse-flags.ts';
import { compileLater } from '../shared/node/process/compile-later.ts';
import { createLogger, type Logger } from '../shared/node/process/logger.ts';
import { letGoOfLostTerminal } from '../shared/node/process/lost-terminal.ts';
import { createShutdown } from '../shared/node/process/shutdown.ts';
import { keepTickShape } from '../shared/node/process/tick-shape.ts';
import { packageVersion } from '../shared/node/process/version.ts';
import { EDGE_FLAGS, type EdgeConfig, edgeConfig } from './config.ts';
import { startEdge } from './edge.ts';
import { runWorker } from './workers/worker-main.ts';

// A worker does one thing, and has it compiled at once.
if (cluster.isPrimary) compileLater();
void keepTickShape();
const values = readFlagsOrExit({
  name: 'shoal-edge',
  summary: 'An edge of a Shoal fleet: takes images from its siblings and serves them to shoppers.',
  version: packageVersion(),
  flags: EDGE_FLAGS,
});
const config = edgeConfig(values);
const log = createLogger({ role: 'edge', name: config.name, secrets: secretsOf(EDGE_FLAGS, values) });
letGoOfLostTerminal();
if (cluster.isPrimary) await run(config, log);
else runWorker(config, log);

async function run(config: EdgeConfig, log: Logger): Promise<void> {
  const shutdown = createShutdown({ log, staysOnHangUp: config.tls !== undefined });
  const onFatal = (error: unknown) => {
    log.fatal({ err: error }, 'broken invariant');
    process.exit(1);
  };
  try {
    const edge = await startEdge(config, { log, onFatal });
    shutdown.add('drain', () => edge.drain());
    for (const [name, close] of edge.closers) shutdown.add(name, close);
    const { port, peerPort, peerId } = edge;
    const scheme = config.tls === undefined ? 'http' : 'https';
    log.info(
      { port, peerPort, peerId, origin: config.origin },
      `edge serves ${scheme}://${config.host}:${port}`,
    );
  } catch (error) {
    // A folder, port or address that cannot be used is a wrong value, as the flags' own mistakes are.
    process.stderr.write(`shoal-edge: ${startError(error)}\n`);
    process.exit(2);
  }
}

function startError(error: unknown): string {
  if (error instanceof UserError || (error as NodeJS.ErrnoException).code !== undefined)
    return (error as Error).message.replace(/\s+/g, ' ');
  return String(error instanceof Error ? error.stack : error);
}
