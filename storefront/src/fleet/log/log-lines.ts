/** Lines of an edge's log: JSON of pino becomes words, what is none stays as it is. Nothing of it is ever HTML. */
import { isRecord } from '../../edges/known-edge.ts';

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

export interface LogLine {
  /** Differs for each line of a log that is shown. */
  readonly id: number;
  readonly level: Level;
  /** `17:03:55.120`, in the time of whoever looks; empty: the line has none. */
  readonly time: string;
  readonly message: string;
  /** `port=8081 peers=3`. */
  readonly details: string;
}

/** As many as somebody scrolls through. */
const LINES_MAX = 300;
/** A stack trace, or a frame that a hostile peer sent. */
const SHOWN_MAX_CHARACTERS = 2_000;
/** pino's words for what is below and above our four. */
const LEVEL_OF: Readonly<Record<string, Level>> = { trace: 'debug', fatal: 'error' };
/** The card says it. */
const KNOWN_FIELDS = new Set(['level', 'time', 'role', 'name', 'msg']);

/** Lines as they were and the new ones, as far as they are shown. @param text whole lines */
export function withLines(lines: readonly LogLine[], text: string): readonly LogLine[] {
  let id = lines.at(-1)?.id ?? 0;
  const added = text
    .split('\n')
    .filter((line) => line !== '')
    .slice(-LINES_MAX)
    .map((line) => parseLine(line, ++id));
  return added.length === 0 ? lines : [...lines, ...added].slice(-LINES_MAX);
}

export function isAtLeast(line: LogLine, level: Level): boolean {
  return LEVELS.indexOf(line.level) >= LEVELS.indexOf(level);
}

function parseLine(text: string, id: number): LogLine {
  const fields = fieldsIn(text);
  // What a process writes beside its log is seldom good news.
  if (fields === undefined) return { id, level: 'error', time: '', message: cut(text), details: '' };
  const details = Object.entries(fields).filter(([name]) => !KNOWN_FIELDS.has(name));
  return {
    id,
    level: levelIn(fields.level),
    time: timeIn(fields.time),
    message: cut(typeof fields.msg === 'string' ? fields.msg : ''),
    details: cut(details.map(([name, value]) => `${name}=${words(value)}`).join(' ')),
  };
}

function fieldsIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function levelIn(value: unknown): Level {
  const level = typeof value === 'string' ? (LEVEL_OF[value] ?? value) : '';
  return LEVELS.find((known) => known === level) ?? 'info';
}

function timeIn(value: unknown): string {
  const time = new Date(typeof value === 'string' || typeof value === 'number' ? value : Number.NaN);
  if (Number.isNaN(time.getTime())) return '';
  const [hours, minutes, seconds] = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) =>
    `${part}`.padStart(2, '0'),
  );
  return `${hours}:${minutes}:${seconds}.${`${time.getMilliseconds()}`.padStart(3, '0')}`;
}

/** An error is its message: the stack stands in the file. */
function words(value: unknown): string {
  if (isRecord(value) && typeof value.message === 'string') return value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const cut = (text: string): string =>
  text.length > SHOWN_MAX_CHARACTERS ? `${text.slice(0, SHOWN_MAX_CHARACTERS)}…` : text;
