/** The figures of a run at one moment, from its log. */
import type { SetPicture, View } from '../../../../shared/trace/picture.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import { limitsOf } from './limits-of.ts';
import type { RunFigures } from './meters.ts';
import type { Series } from './series.ts';
import { subjectOf } from './subject-of.ts';

export interface Figures extends RunFigures {
  /** Of what the figures are about, in the log's time. */
  readonly beganMs: number;
  /** What one copy is: content of all sets that edges hold. 0: there is nothing to tell about. */
  readonly copyBytes: number;
  /** Nodes that hold the piece which the fewest hold. */
  readonly rarest: number;
  /** By how many nodes it could be held. */
  readonly nodesUp: number;
  readonly verifiedShare: number;
}

export function figuresOf(log: SwarmLog, atMs: number): Figures {
  const picture = log.pictureAt(atMs);
  const subject = subjectOf(picture, log.header.source);
  const { sets, beganMs, edges, edgesDone, endedMs } = subject;
  const copyBytes = sets.reduce((sum, { bytes }) => sum + bytes, 0);
  const since = (sums: Series) => sums.at(atMs) - sums.before(beganMs);
  return {
    originCopies: ratio(since(log.tallies.originBytes), copyBytes),
    edges: edges.length,
    takers: picture.nodes.filter(({ role }) => role !== 'origin').length,
    edgesDone,
    doneMs: endedMs === undefined ? undefined : endedMs - beganMs,
    ...limitsOf(log, subject, copyBytes),
    wastedCopies: ratio(since(log.tallies.wastedBytes), copyBytes),
    banned: log.tallies.bans.at(atMs),
    beganMs,
    copyBytes,
    rarest: rarestOf(sets),
    nodesUp: picture.nodes.filter(({ isUp }) => isUp).length,
    verifiedShare: ratio(since(log.tallies.verifiedBytes), copyBytes * edges.length),
  };
}

const ratio = (a: number, b: number): number => (b > 0 ? a / b : 0);

/** A loop: a set may have more pieces than a call takes arguments. */
export function rarestOf(sets: readonly View<SetPicture>[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { availability } of sets) for (const count of availability) if (count < least) least = count;
  return Number.isFinite(least) ? least : 0;
}
