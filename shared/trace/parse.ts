/**
 * Reads a log as it comes, in chunks of any size. A recording may be cut anywhere and a stream may be anybody's: a line
 * that is wrong is left out and counted, and what depends on it is left out too, since it names what nobody introduced.
 */
import { PeerError } from '../errors.ts';
import { KnownIndexes } from './bounds.ts';
import { amount, type Check, type Optional, oneOf, RECORD_FIELDS, readFields, text } from './grammar.ts';
import { TRACE_FORMAT, TRACE_VERSION, type TraceHeader, type TraceRecord } from './record.ts';

/** Listed in docs/ERRORS.md. */
export type TraceErrorCode =
  | 'trace_header_invalid'
  | 'trace_version_unknown'
  | 'trace_line_too_long'
  | 'trace_line_invalid'
  | 'trace_index_unknown'
  | 'trace_time_back'
  | 'trace_too_long'
  | 'trace_too_many_refused';

/** A set of 10,000 pieces of which every other is wanted fits. */
export const MAX_LINE_CHARACTERS = 65_536;
/** Some 300 MB in a browser's memory. */
export const MAX_RECORDS = 3_000_000;
/** A log with more wrong lines is no log. */
const MAX_REFUSED = 1_000;

export interface Refusals {
  readonly count: number;
  /** Of the first refused line, from 1. */
  readonly firstLine: number | undefined;
  readonly firstCode: TraceErrorCode | undefined;
}

export class TraceParser {
  #header: TraceHeader | undefined;
  #rest = '';
  /** The rest of the line under way is thrown away: it was too long. */
  #isSkipping = false;
  #lines = 0;
  #records = 0;
  #t = 0;
  readonly #known = new KnownIndexes();
  #refused: Refusals = { count: 0, firstLine: undefined, firstCode: undefined };

  /** Undefined until the first line was read. */
  get header(): TraceHeader | undefined {
    return this.#header;
  }

  get refused(): Refusals {
    return this.#refused;
  }

  /**
   * @returns the records that are whole with this text, in order
   * @throws PeerError `trace_header_invalid`, `trace_version_unknown`, `trace_too_long`, `trace_too_many_refused`:
   *   nothing more can be read then
   */
  feed(chunk: string): TraceRecord[] {
    const records: TraceRecord[] = [];
    let at = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', at)) {
      const line = this.#rest + chunk.slice(at, end);
      at = end + 1;
      this.#rest = '';
      this.#lines++;
      if (this.#isSkipping) this.#isSkipping = false;
      else if (line.length > MAX_LINE_CHARACTERS) this.#refuse('trace_line_too_long');
      else this.#line(line, records);
    }
    if (!this.#isSkipping) this.#keep(chunk.slice(at));
    return records;
  }

  #keep(begun: string): void {
    this.#rest += begun;
    if (this.#rest.length <= MAX_LINE_CHARACTERS) return;
    this.#rest = '';
    this.#isSkipping = true;
    this.#lines++;
    this.#refuse('trace_line_too_long');
    this.#lines--;
  }

  #line(line: string, records: TraceRecord[]): void {
    if (this.#header === undefined) {
      this.#header = parseHeader(line);
      return;
    }
    if (line === '') return;
    const record = parseRecord(line);
    if (record === undefined) this.#refuse('trace_line_invalid');
    else if (record.t < this.#t) this.#refuse('trace_time_back');
    else if (!this.#known.admits(record)) this.#refuse('trace_index_unknown');
    else {
      if (++this.#records > MAX_RECORDS) throw traceError('trace_too_long', 'too many records');
      this.#t = record.t;
      records.push(record);
    }
  }

  #refuse(code: TraceErrorCode): void {
    if (this.#header === undefined) throw traceError('trace_header_invalid', 'no header');
    const { count, firstLine = this.#lines, firstCode = code } = this.#refused;
    this.#refused = { count: count + 1, firstLine, firstCode };
    if (count >= MAX_REFUSED)
      throw traceError('trace_too_many_refused', `line ${firstLine} was the first: ${firstCode}`);
  }
}

/** A whole log at once. @throws as `TraceParser.feed`; also for one without a header */
export function parseTrace(log: string): {
  readonly header: TraceHeader;
  readonly records: readonly TraceRecord[];
  readonly refused: Refusals;
} {
  const parser = new TraceParser();
  const records = parser.feed(log.endsWith('\n') ? log : `${log}\n`);
  return { header: parser.header as TraceHeader, records, refused: parser.refused };
}

const HEADER_FIELDS: readonly (readonly [string, Check<unknown> | Optional<unknown>])[] = [
  ['source', oneOf('simulation', 'live')],
  ['wallMs', amount],
  ['scenario', text],
  ['seed', amount],
  ['command', text],
];
const BOUND_FIELDS: readonly (readonly [string, Check<unknown>])[] = [
  ['bytes', amount],
  ['seedUpBytesPerSecond', amount],
];

/** @throws PeerError `trace_header_invalid`, `trace_version_unknown` */
function parseHeader(line: string): TraceHeader {
  const given = parseObject(line);
  if (given?.format !== TRACE_FORMAT) throw traceError('trace_header_invalid', 'no trace of Shoal');
  const version = given.version;
  if (version !== TRACE_VERSION) throw traceError('trace_version_unknown', 'a trace of another version');
  const header = readFields(given, HEADER_FIELDS, { format: TRACE_FORMAT, version });
  const { bound } = given;
  if (header && typeof bound === 'object' && bound !== null)
    header.bound = readFields(bound as Record<string, unknown>, BOUND_FIELDS, {});
  if (!header || (bound !== undefined && header.bound === undefined))
    throw traceError('trace_header_invalid', 'the header lacks a field');
  return header as unknown as TraceHeader;
}

const ENTRIES = new Map<unknown, readonly (readonly [string, Check<unknown> | Optional<unknown>])[]>(
  Object.entries(RECORD_FIELDS).map(([type, fields]) => [type, Object.entries(fields)]),
);

function parseRecord(line: string): TraceRecord | undefined {
  const given = parseObject(line);
  const entries = ENTRIES.get(given?.type);
  const t = amount(given?.t);
  if (given === undefined || entries === undefined || t === undefined) return undefined;
  return readFields(given, entries, { t, type: given.type }) as TraceRecord | undefined;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const traceError = (code: TraceErrorCode, message: string) => new PeerError<TraceErrorCode>(code, message);
