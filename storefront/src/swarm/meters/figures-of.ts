/** The figures of a run at one moment, from its log. */
import { kumarRossSeconds } from '../../../../shared/trace/bound.ts';
import type { Picture, View } from '../../../../shared/trace/picture.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import { originOnlySeconds, type RunFigures } from './meters.ts';

export interface Figures extends RunFigures {
  /** What one copy is: content of all sets that edges hold. */
  readonly copyBytes: number;
  /** Nodes that hold the piece which the fewest hold. */
  readonly rarest: number;
  /** By how many nodes it could be held. */
  readonly nodesUp: number;
  readonly verifiedShare: number;
}

export function figuresOf(log: SwarmLog, atMs: number): Figures {
  const picture = log.pictureAt(atMs);
  const copyBytes = copyBytesOf(picture);
  const edges = picture.nodes.filter(({ role }) => role === 'edge');
  const limits = limitsOf(log, copyBytes);
  const done = edges.filter(({ isUp, doneAt }) => isUp && doneAt !== undefined);
  const isAllDone = edges.length > 0 && edges.every(({ isUp, doneAt }) => !isUp || doneAt !== undefined);
  return {
    originCopies: ratio(log.tallies.originBytes.at(atMs), copyBytes),
    edges: edges.length,
    takers: picture.nodes.filter(({ role }) => role !== 'origin').length,
    edgesDone: done.length,
    doneMs:
      isAllDone && done.length > 0 ? Math.max(...done.map(({ doneAt }) => doneAt as number)) : undefined,
    ...limits,
    wastedCopies: ratio(log.tallies.wastedBytes.at(atMs), copyBytes),
    banned: log.tallies.bans.at(atMs),
    copyBytes,
    rarest: rarestOf(picture),
    nodesUp: picture.nodes.filter(({ isUp }) => isUp).length,
    verifiedShare: ratio(log.tallies.verifiedBytes.at(atMs), copyBytes * edges.length),
  };
}

function copyBytesOf(picture: View<Picture>): number {
  return picture.sets.reduce((sum, { bytes, purgedAt }) => sum + (purgedAt === undefined ? bytes : 0), 0);
}

const ratio = (a: number, b: number): number => (b > 0 ? a / b : 0);

/** Least times, where the log says what lines carry. They are those of the run as it was planned. */
function limitsOf(log: SwarmLog, copyBytes: number): Pick<RunFigures, 'boundMs' | 'originOnlyMs'> {
  const { nodes } = log.newest;
  const seedUpBytesPerSecond =
    log.header.bound?.seedUpBytesPerSecond ??
    nodes.find(({ role }) => role === 'origin')?.upBytesPerSecond ??
    0;
  const hosts = nodes
    .filter(({ role }) => role !== 'origin')
    .map(({ upBytesPerSecond = 0, downBytesPerSecond = 0 }) => ({ upBytesPerSecond, downBytesPerSecond }));
  const isKnown = hosts.length > 0 && hosts.every(({ downBytesPerSecond }) => downBytesPerSecond > 0);
  if (seedUpBytesPerSecond === 0 || !isKnown) return { boundMs: undefined, originOnlyMs: undefined };
  const slowest = Math.min(...hosts.map(({ downBytesPerSecond }) => downBytesPerSecond));
  const bytes = log.header.bound?.bytes ?? copyBytes;
  return {
    boundMs: 1000 * kumarRossSeconds({ fileBytes: bytes, seedUpBytesPerSecond, hosts }),
    originOnlyMs: 1000 * originOnlySeconds(bytes, hosts.length, seedUpBytesPerSecond, slowest),
  };
}

function rarestOf(picture: View<Picture>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const set of picture.sets) {
    if (set.purgedAt !== undefined) continue;
    for (const count of set.availability) if (count < least) least = count;
  }
  return Number.isFinite(least) ? least : 0;
}
