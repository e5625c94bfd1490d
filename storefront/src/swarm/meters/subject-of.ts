/**
 * What the figures are about: of a run all of it. Of a fleet, which goes on for days, what was published since everybody
 * last had everything.
 */

import type { NodePicture, Picture, SetPicture, View } from '../../../../shared/trace/picture.ts';
import type { TraceHeader } from '../../../../shared/trace/record.ts';

export interface Subject {
  readonly sets: readonly View<SetPicture>[];
  readonly beganMs: number;
  /** Edges that keep to the rules; of a fleet those that are up. */
  readonly edges: readonly View<NodePicture>[];
  readonly edgesDone: number;
  /** When the last edge was done; undefined: one is not. */
  readonly endedMs: number | undefined;
}

export function subjectOf(picture: View<Picture>, source: TraceHeader['source']): Subject {
  const sets = picture.sets.filter(({ purgedAt }) => purgedAt === undefined);
  const edges = picture.nodes.filter(({ role }) => role === 'edge');
  return source === 'simulation' ? wholeRun(sets, edges) : newest(picture, sets, edges);
}

function wholeRun(sets: readonly View<SetPicture>[], edges: readonly View<NodePicture>[]): Subject {
  const doneAt = edges.flatMap((edge) => (edge.isUp && edge.doneAt !== undefined ? [edge.doneAt] : []));
  const isOver = doneAt.length > 0 && edges.every((edge) => !edge.isUp || edge.doneAt !== undefined);
  const endedMs = isOver ? Math.max(...doneAt) : undefined;
  return { sets, beganMs: 0, edges, edgesDone: doneAt.length, endedMs };
}

function newest(
  picture: View<Picture>,
  sets: readonly View<SetPicture>[],
  all: readonly View<NodePicture>[],
): Subject {
  const edges = all.filter(({ isUp }) => isUp);
  const batch: View<SetPicture>[] = [];
  let beganMs = picture.t;
  let endedMs = 0;
  for (const set of sets.toReversed()) {
    const end = endOf(set.index, edges);
    // Everybody had it when it came into sight: of how it got there nothing is known.
    if (end === undefined) continue;
    if (batch.length > 0 && end <= beganMs) break;
    batch.push(set);
    beganMs = Math.min(beganMs, set.publishedAt);
    endedMs = Math.max(endedMs, end);
  }
  const lacksNone = (edge: View<NodePicture>) => batch.every(({ index }) => !lacks(edge, index));
  return {
    sets: batch,
    beganMs,
    edges,
    edgesDone: edges.filter(lacksNone).length,
    endedMs: Number.isFinite(endedMs) ? endedMs : undefined,
  };
}

/** When the last edge had it; infinite: one lacks something; undefined: nobody ever did. */
function endOf(set: number, edges: readonly View<NodePicture>[]): number | undefined {
  let end: number | undefined;
  for (const edge of edges) {
    const doneAt = lacks(edge, set) ? Number.POSITIVE_INFINITY : edge.holdings.get(set)?.doneAt;
    if (doneAt !== undefined) end = Math.max(end ?? 0, doneAt);
  }
  return end;
}

function lacks(edge: View<NodePicture>, set: number): boolean {
  const holding = edge.holdings.get(set);
  return holding !== undefined && holding.want === 'all' && holding.heldCount < holding.pieces.length;
}
