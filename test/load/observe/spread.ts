/** How long it took until all edges had what was wanted of them, beside what the links allow. */
import { kumarRossSeconds } from '../../../shared/trace/bound.ts';
import type { Outcome } from '../driver/drive.ts';
import type { Scenario } from '../scenarios.ts';

/** Least time for these bytes from the origin to all edges. */
export function boundSeconds(bytes: number, edges: number, scenario: Scenario): number {
  const { originLink, edgeLink, farEdgeLink } = scenario;
  const links = Array.from({ length: edges }, (_, edge) =>
    edge === edges - 1 ? (farEdgeLink ?? edgeLink) : edgeLink,
  );
  return kumarRossSeconds({
    fileBytes: bytes,
    seedUpBytesPerSecond: originLink.upBytesPerSecond,
    hosts: links.map(({ upBytesPerSecond, downBytesPerSecond }) => ({
      upBytesPerSecond,
      downBytesPerSecond,
    })),
  });
}

/** When each edge had been asked for each of its renditions, and its visitors had got it once; seconds of the plan. */
export function firstAnswers(outcomes: readonly Outcome[]): {
  readonly lastWantedSeconds: number;
  /** Undefined: some were never got. */
  readonly lastAnsweredSeconds: number | undefined;
} {
  const wanted = new Map<string, number>();
  const answered = new Map<string, number>();
  for (const { request, totalMs, isGood } of outcomes) {
    const what = `${request.edge} ${request.image} ${request.rendition}`;
    wanted.set(what, Math.min(wanted.get(what) ?? Number.POSITIVE_INFINITY, request.dueMs));
    if (isGood)
      answered.set(what, Math.min(answered.get(what) ?? Number.POSITIVE_INFINITY, request.dueMs + totalMs));
  }
  const last = (times: Map<string, number>) => Math.max(0, ...times.values()) / 1000;
  return {
    lastWantedSeconds: last(wanted),
    lastAnsweredSeconds: answered.size < wanted.size ? undefined : last(answered),
  };
}
