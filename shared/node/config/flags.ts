/**
 * Flags as data: one table per command says name, kind, default and meaning; help, parsing, environment
 * variables and the type of the result all come from it.
 */
import type { FlagKind } from './kinds.ts';

export interface FlagDefinition {
  readonly kind: FlagKind<unknown>;
  readonly description: string;
  /** Value when neither flag nor variable is given. Without one the value is `undefined`, unless required. */
  readonly default?: unknown;
  /** How `--help` tells a default that is worked out later, such as `http://localhost:<port>`. */
  readonly defaultText?: string;
  /** Without a value the command does not start. */
  readonly required?: boolean;
  /** Given more than once, the texts are joined by commas: its kind reads a list. */
  readonly repeatable?: boolean;
  /** Tokens and keys: their text never stands in a message, and {@link secretsOf} lists them for the log. */
  readonly secret?: boolean;
}

/** Keys are the fields of the result in camelCase; `peerPort` is the flag `--peer-port`. */
export type FlagTable = Readonly<Record<string, FlagDefinition>>;

type ValueOf<Definition> = Definition extends { readonly kind: FlagKind<infer Value> }
  ? Definition extends { readonly required: true }
    ? Value
    : Definition extends { readonly default: infer Default }
      ? Default extends undefined
        ? Value | undefined
        : Value
      : Value | undefined
  : never;

export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: ValueOf<Table[Name]>;
};

/** A default of another type than its kind becomes a type error at the table. */
type Checked<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends {
    readonly kind: FlagKind<infer Value>;
    readonly default: infer Default;
  }
    ? Default extends Value | undefined
      ? Table[Name]
      : never
    : Table[Name];
};

export function defineFlags<const Table extends FlagTable>(table: Table & Checked<Table>): Table {
  return table;
}

/** `peerPort` -> `peer-port` */
export function flagName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `peerPort` -> `SHOAL_PEER_PORT` */
export function variableName(field: string): string {
  return `SHOAL_${flagName(field).replaceAll('-', '_').toUpperCase()}`;
}

/** Values that must never stand in a log line. */
export function secretsOf<Table extends FlagTable>(table: Table, values: FlagValues<Table>): string[] {
  const secrets: string[] = [];
  for (const [field, definition] of Object.entries(table)) {
    const value: unknown = values[field];
    if (definition.secret === true && typeof value === 'string') secrets.push(value);
  }
  return secrets;
}
