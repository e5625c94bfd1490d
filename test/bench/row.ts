/** One row of the table in docs/benchmarks.md. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly mark: string;
  readonly isMet: boolean;
}
