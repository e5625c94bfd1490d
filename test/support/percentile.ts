/** The value that so much of a sorted list does not exceed (nearest rank). @param part 0.99: the 99th percentile */
export function percentileOf(sorted: readonly number[], part: number): number {
  const rank = Math.max(1, Math.ceil(sorted.length * part - 1e-9));
  return sorted[rank - 1] ?? Number.NaN;
}

export const sortedNumbers = (values: readonly number[]): number[] =>
  Array.from(Float64Array.from(values).sort());
