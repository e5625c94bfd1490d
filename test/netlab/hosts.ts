/**
 * Hosts: one network namespace each, number 1 is the seed. Beside the shaped link (`eth0`, which the switch makes)
 * each has an unshaped one to the runner, by which the runner asks, uploads and checks without taking anything from
 * the links that are measured.
 */
import { execFileSync } from 'node:child_process';

export const SEED = 1;
/** The runner, at the other end of every unshaped link. */
const RUNNER_IP = '10.98.0.1';

export const hostName = (host: number): string => `h${host}`;
export const hostIp = (host: number): string => `10.99.0.${host}`;

let made = 0;

/** Makes what is missing up to this number of hosts; those of an earlier run stay. */
export function ensureHosts(count: number): void {
  if (made === 0) ip(`addr add ${RUNNER_IP}/32 dev lo`);
  while (made < count) makeHost(++made);
}

function makeHost(host: number): void {
  const name = hostName(host);
  ip(`netns add ${name}`);
  execFileSync('ip', [
    ...['netns', 'exec', name, 'sh', '-c'],
    'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 || true',
  ]);
  ip(`link add m${host} type veth peer name runner netns ${name}`);
  ip(`link set m${host} up`);
  ip(`-n ${name} link set runner up`);
  ip(`route add ${hostIp(host)}/32 dev m${host} src ${RUNNER_IP}`);
  ip(`-n ${name} route add ${RUNNER_IP}/32 dev runner`);
}

function ip(command: string): void {
  execFileSync('ip', command.split(' '), { stdio: ['ignore', 'ignore', 'inherit'] });
}
