/** The one place that makes a log: JSON lines by pino, short lines for a person at a terminal. */
import { type DestinationStream, type Logger, pino } from 'pino';
import { standardOutput } from './gathered-output.ts';
import { readableLine } from './readable-line.ts';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  readonly role: 'origin' | 'edge';
  readonly name: string;
  /** Default: info. */
  readonly level?: LogLevel;
  /** Texts that must not stand in any line, wherever they come from: tokens and keys (threat: libtorrent audit F3). */
  readonly secrets?: readonly string[];
  /** Default: standard output; what led to a warning or to an end by itself is never lost (gathered-output.ts). */
  readonly stream?: DestinationStream;
  /** Short lines instead of JSON. Default: whether standard output is a terminal. */
  readonly readable?: boolean;
}

const HIDDEN = '[hidden]';

/** Field names that hold secrets, to three levels: pino's redaction goes by path. */
const SECRET_FIELDS = [
  'token',
  'adminToken',
  'fleetToken',
  'authorization',
  'Authorization',
  'cookie',
  'password',
  'secret',
  'privateKey',
  'secretKey',
  'rootSecretKey',
  'signingKey',
];

/** Shorter texts would blacken half the log. */
const MIN_SECRET_CHARACTERS = 4;

export function createLogger(options: LoggerOptions): Logger {
  const secrets = (options.secrets ?? [])
    .filter((secret) => secret.length >= MIN_SECRET_CHARACTERS)
    // As it stands inside a JSON text.
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .sort((a, b) => b.length - a.length);
  const readable = options.readable ?? (options.stream === undefined && process.stdout.isTTY === true);
  return pino(
    {
      level: options.level ?? 'info',
      base: { role: options.role, name: options.name },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: HIDDEN,
      },
      hooks: {
        streamWrite: (line) => {
          const clean = withoutSecrets(line, secrets);
          return readable ? readableLine(clean) : clean;
        },
      },
    },
    options.stream ?? standardOutput(),
  );
}

/** The strings and numbers of a JSON text. */
const JSON_VALUES = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** Value by value, so that the line stays JSON when a secret of digits stands in a number; then all the rest. */
function withoutSecrets(line: string, secrets: readonly string[]): string {
  const found = secrets.filter((secret) => line.includes(secret));
  if (found.length === 0) return line;
  const hide = (text: string) => found.reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), text);
  const byValue = line.replaceAll(JSON_VALUES, (value) => {
    const clean = hide(value);
    return clean === value || value.startsWith('"') ? clean : `"${clean}"`;
  });
  return hide(byValue);
}
