/** Least times of a swarm, where the log says what lines carry: the nodes' own limits, of a fleet those of its flags. */
import { kumarRossSeconds } from '../../../../shared/trace/bound.ts';
import type { NodePicture, View } from '../../../../shared/trace/picture.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import { originOnlySeconds, type RunFigures } from './meters.ts';
import type { Subject } from './subject-of.ts';

export type Limits = Pick<RunFigures, 'boundMs' | 'originOnlyMs'>;

const UNKNOWN: Limits = { boundMs: undefined, originOnlyMs: undefined };

/** They are those of the run as it was planned; a node without a limit is as fast as can be. */
export function limitsOf(log: SwarmLog, subject: Subject, copyBytes: number): Limits {
  const { nodes } = log.newest;
  const takers = log.header.source === 'live' ? subject.edges : nodes.filter(({ role }) => role !== 'origin');
  const seedUpBytesPerSecond =
    log.header.bound?.seedUpBytesPerSecond ??
    orNoLimit(nodes.find(({ role }) => role === 'origin')?.upBytesPerSecond);
  const hosts = takers.map(ratesOf);
  const bytes = log.header.bound?.bytes ?? copyBytes;
  if (hosts.length === 0 || bytes === 0) return UNKNOWN;
  const boundMs = 1000 * kumarRossSeconds({ fileBytes: bytes, seedUpBytesPerSecond, hosts });
  if (boundMs === 0) return UNKNOWN;
  const slowest = Math.min(...hosts.map(({ downBytesPerSecond }) => downBytesPerSecond));
  return {
    boundMs,
    originOnlyMs: 1000 * originOnlySeconds(bytes, hosts.length, seedUpBytesPerSecond, slowest),
  };
}

const ratesOf = ({ upBytesPerSecond, downBytesPerSecond }: View<NodePicture>) => ({
  upBytesPerSecond: orNoLimit(upBytesPerSecond),
  downBytesPerSecond: orNoLimit(downBytesPerSecond),
});

const orNoLimit = (bytesPerSecond: number | undefined): number => bytesPerSecond ?? Number.POSITIVE_INFINITY;
