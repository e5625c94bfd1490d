/** The demo's control listens on a port of its own, on loopback only: the origin knows nothing of processes. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { DemoFleet } from '../fleet/demo-fleet.ts';
import { controlApp } from './control-app.ts';

/**
 * Listens until the process ends.
 * @returns base URL
 * @throws what listening throws
 */
export async function startControl(fleet: DemoFleet, port: number, originPort: number): Promise<string> {
  const app = controlApp({
    fleet,
    port,
    originPort,
    onFault: (error) => console.error(error),
  });
  const server = createServer(app);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${port}`;
}
