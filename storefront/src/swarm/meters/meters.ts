/** The figures that carry the point, in words: what the origin sends and how long it takes, beside what is possible. */

export interface RunFigures {
  /** Copies of the content that left the origin. */
  readonly originCopies: number;
  /** Who takes, however it behaves: the origin alone would have to send each a copy. */
  readonly takers: number;
  /** Edges that keep to the rules, and those of them that have everything. */
  readonly edges: number;
  readonly edgesDone: number;
  /** When the last edge was done. */
  readonly doneMs: number | undefined;
  /** Least time in which the swarm could do it (Kumar and Ross); undefined where rates are unknown. */
  readonly boundMs: number | undefined;
  /** What the origin alone would need to send each edge a copy. */
  readonly originOnlyMs: number | undefined;
  readonly wastedCopies: number;
  readonly banned: number;
}

/** Everything through the origin's own line: a copy for each edge. */
export function originOnlySeconds(
  bytes: number,
  edges: number,
  originUpBytesPerSecond: number,
  slowestDownBytesPerSecond: number,
): number {
  return Math.max((bytes * edges) / originUpBytesPerSecond, bytes / slowestDownBytesPerSecond);
}

/** `0.98`, `1.3`, `12`: as many digits as matter. */
export function copiesWords(copies: number): string {
  return copies >= 10 ? copies.toFixed(0) : copies >= 2 ? copies.toFixed(1) : copies.toFixed(2);
}
