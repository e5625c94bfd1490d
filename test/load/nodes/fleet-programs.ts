/** The processes of a fleet and their flags. */
import path from 'node:path';
import { NGINX, pullThroughServer, writeNginxConfig } from '../../support/nginx.ts';
import { HTTP_PORT, type Network, PEER_PORT } from './addresses.ts';
import { ADMIN_TOKEN } from './catalog.ts';
import type { Program } from './node-program.ts';

export const ORIGIN = 0;

export interface Place {
  readonly network: Network;
  readonly runFolder: string;
}

export function originProgram({ network, runFolder }: Place): Program {
  const ip = network.innerIp(ORIGIN);
  const where = ['--host', ip, '--port', `${HTTP_PORT}`, '--peer-port', `${PEER_PORT}`];
  const told = ['--public-url', network.outerUrl(ORIGIN), '--advertise-ip', network.outerIp(ORIGIN)];
  const what = ['--data', path.join(runFolder, 'origin'), '--admin-token', ADMIN_TOKEN];
  return {
    command: ['server/main.js', ...where, ...told, ...what],
    ip,
    readyUrl: `${network.innerUrl(ORIGIN)}/readyz`,
    logPath: path.join(runFolder, 'origin.log'),
  };
}

/** Takes from the origin alone, and only what is asked for. */
export const ALONE: readonly string[] = ['--prefetch', 'none', '--peers', 'origin', '--peer-port', '0'];

export const together = (prefetch: 'all' | 'none'): readonly string[] => [
  '--prefetch',
  prefetch,
  '--peer-port',
  `${PEER_PORT}`,
];

/** @param flags {@link ALONE}, or {@link together} */
export const edgeProgram = (place: Place, edge: number, flags: readonly string[]): Program =>
  edgeLike(place, edge, ['bin/shoal-edge.js'], flags);

/** An edge that answers its siblings with wrong bytes. */
export const liarProgram = (place: Place, edge: number, flags: readonly string[]): Program =>
  edgeLike(place, edge, ['test/netlab/hostile-edge.js', 'liar'], flags);

function edgeLike(
  { network, runFolder }: Place,
  edge: number,
  program: readonly string[],
  flags: readonly string[],
): Program {
  const ip = network.innerIp(edge);
  const name = `edge-${edge}`;
  const where = ['--host', ip, '--port', `${HTTP_PORT}`, '--data', path.join(runFolder, name)];
  const who = ['--advertise-ip', network.outerIp(edge), '--name', name];
  return {
    command: [...program, ...where, ...who, '--origin', network.outerUrl(ORIGIN), ...flags],
    ip,
    readyUrl: `${network.innerUrl(edge)}/readyz`,
    logPath: path.join(runFolder, `${name}.log`),
  };
}

export function nginxProgram({ network, runFolder }: Place, edge: number): Program {
  const ip = network.innerIp(edge);
  const folder = path.join(runFolder, `nginx-${edge}`);
  const listen = `${ip}:${HTTP_PORT}`;
  const origin = `${network.outerIp(ORIGIN)}:${HTTP_PORT}`;
  const config = writeNginxConfig(folder, pullThroughServer({ folder, listen, origin, bind: ip }));
  return {
    command: ['test/load/nodes/with-parent.js', NGINX, '-c', config],
    ip,
    readyUrl: `${network.innerUrl(edge)}/healthz`,
    logPath: `${folder}.log`,
    killSignal: 'SIGTERM',
  };
}
