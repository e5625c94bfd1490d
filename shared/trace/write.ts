/** A log as text: the header's line, then a line for each record (NDJSON). */
import {
  type NodeRecord,
  TRACE_FORMAT,
  TRACE_VERSION,
  type TraceHeader,
  type TraceRecord,
} from './record.ts';

export type HeaderFields = Omit<TraceHeader, 'format' | 'version'>;

export const makeHeader = (fields: HeaderFields): TraceHeader => ({
  format: TRACE_FORMAT,
  version: TRACE_VERSION,
  ...fields,
});

/** With its line feed. */
export const headerLine = (header: TraceHeader): string => `${JSON.stringify(header)}\n`;

/** With its line feed. */
export const recordLine = (record: TraceRecord): string => `${JSON.stringify(record)}\n`;

export function writeTrace(header: TraceHeader, records: readonly TraceRecord[]): string {
  const lines = [headerLine(header)];
  for (const record of records) lines.push(recordLine(record));
  return lines.join('');
}

/** Times in a log stand on a grid of a tenth of a millisecond: finer than anything that can be seen. */
export const gridTime = (ms: number): number => Math.round(ms * 10) / 10;

export type NodeFields = Omit<NodeRecord, 'type' | 't' | 'node'>;
