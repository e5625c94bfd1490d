#!/usr/bin/env node
/** `shoal-origin`: flags in, an origin running, a clean end on SIGTERM. */
import { UserError } from '../shared/errors.ts';
import { readFlagsOrExit } from '../shared/node/config/parse-flags.ts';
import { compileLater } from '../shared/node/process/compile-later.ts';
import { letGoOfLostTerminal } from '../shared/node/process/lost-terminal.ts';
import { createShutdown, onParentGone } from '../shared/node/process/shutdown.ts';
import { keepTickShape } from '../shared/node/process/tick-shape.ts';
import { ORIGIN_COMMAND, originConfig } from './config.ts';
import { type RunningOrigin, startOrigin } from './origin.ts';

compileLater();
void keepTickShape();
const config = originConfig(readFlagsOrExit(ORIGIN_COMMAND));

/** A person reads this; programs ask /readyz. */
function greet(origin: RunningOrigin): void {
  const lines = [`origin   ${origin.publicUrl}`, `peers    tcp port ${origin.peerPort}`];
  if (origin.adminToken.isNew)
    lines.push(`admin    token ${origin.adminToken.token} (kept in ${config.dataFolder}/admin-token)`);
  process.stdout.write(`${lines.join('\n')}\n`);
}

function explain(error: unknown): string {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `port ${port} on ${address} is taken; choose another with --port or --peer-port`;
  if (code === 'EACCES' && port !== undefined) return `port ${port} needs more rights; choose one above 1023`;
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine; see --host`;
  if (error instanceof UserError || code !== undefined) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Before there is something to drain, a stop is an orderly end too: all that is on disk survives it. */
const stopEarly = (): never => process.exit(0);
const hasTls = config.tls !== undefined;
const STOPS = hasTls ? (['SIGTERM', 'SIGINT'] as const) : (['SIGTERM', 'SIGINT', 'SIGHUP'] as const);
for (const signal of STOPS) process.on(signal, stopEarly);
let isStarted = false;
onParentGone(() => isStarted || stopEarly());

try {
  const origin = await startOrigin(config, {
    onFolderBusy: () =>
      process.stderr.write(`shoal-origin: another process has ${config.dataFolder}; waiting for it to end\n`),
    onFatal: (error) => {
      process.stderr.write(`shoal-origin: ${explain(error)}\n`);
      process.exit(1);
    },
  });
  const shutdown = createShutdown({ log: origin.log, staysOnHangUp: hasTls });
  letGoOfLostTerminal();
  for (const signal of STOPS) process.off(signal, stopEarly);
  isStarted = true;
  for (const { name, close } of origin.closers) shutdown.add(name, close);
  greet(origin);
} catch (error) {
  process.stderr.write(`shoal-origin: ${explain(error)}\n`);
  // The pair of TLS flags is read when the origin listens, and is a wrong value all the same.
  process.exit(error instanceof UserError && error.code === 'tls_unusable' ? 2 : 1);
}
