/** A JSON log line as a person reads it: `12:03:04 info  joined image=0123 peers=4`. */

const KNOWN = new Set(['level', 'time', 'msg', 'role', 'name', 'err']);

/** Leaves alone what is not a log line. */
export function readableLine(line: string): string {
  const fields = parseLine(line);
  if (fields === undefined) return line;
  const time = String(fields.time ?? '').slice(11, 19);
  const level = String(fields.level ?? '').padEnd(5);
  const rest = Object.entries(fields)
    .filter(([key]) => !KNOWN.has(key))
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const text = `${time} ${level} ${String(fields.name ?? '')}: ${String(fields.msg ?? '')}${rest.join('')}`;
  // Control characters of a peer's name must not steer the terminal, nor begin a line of their own.
  return `${printable(text, '\n')}${printable(stackOf(fields.err), '')}\n`;
}

function printable(text: string, alsoHidden: string): string {
  let clean = '';
  for (const character of text) {
    const code = character.charCodeAt(0);
    const control = (code < 32 && character !== '\n') || (code >= 127 && code < 160);
    clean += control || character === alsoHidden ? '?' : character;
  }
  return clean;
}

function parseLine(line: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function stackOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message } = error as { stack?: unknown; message?: unknown };
  const text = typeof stack === 'string' ? stack : message;
  return typeof text === 'string' ? `\n  ${text.replaceAll('\n', '\n  ')}` : '';
}
