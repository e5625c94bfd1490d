/** Kinds of flag values: each turns text into a typed value or says what it wanted instead. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';

/** Thrown by a kind: the reader of flags adds which flag and where its text came from. */
export class WrongValue extends Error {
  override readonly name = 'WrongValue';
  /** Whether the text may hold a password, and so must not be repeated. */
  readonly hidesText: boolean;
  constructor(message: string, hidesText = false) {
    super(message);
    this.hidesText = hidesText;
  }
}

export interface FlagKind<Value> {
  /** Stands in `--help` for the value: `--port <port>`. Empty for a switch, which takes no value. */
  readonly placeholder: string;
  /** Unit shown by `--help`; empty for values without one. */
  readonly unit: string;
  /** Changes nothing. @throws WrongValue */
  parse(text: string): Value;
}

/** Any text but the empty one. */
export const text: FlagKind<string> = {
  placeholder: 'text',
  unit: '',
  parse: (given) => {
    if (given === '') throw new WrongValue('wants some text');
    return given;
  },
};

/** A name for people and for header fields: letters, digits, dot, dash, underscore; at most 64. */
export const nodeName: FlagKind<string> = {
  placeholder: 'name',
  unit: '',
  parse: (given) => {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(given))
      throw new WrongValue('wants 1 to 64 letters, digits, dots, dashes or underscores');
    return given;
  },
};

/** Whole number within bounds, both included. */
export function count(
  placeholder: string,
  unit: string,
  smallest: number,
  largest: number,
): FlagKind<number> {
  return {
    placeholder,
    unit,
    parse: (given) => {
      const value = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
      if (!(value >= smallest && value <= largest))
        throw new WrongValue(`wants a whole number from ${smallest} to ${largest}`);
      return value;
    },
  };
}

/** TCP port; 0 takes a free one. */
export const port: FlagKind<number> = count('port', '', 0, 65_535);

const MULTIPLES: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

function parseBytes(given: string): number {
  const match = /^(\d{1,15}(?:\.\d{1,3})?) ?(KiB|MiB|GiB|TiB|kB|MB|GB|TB|)$/.exec(given);
  const value = match === null ? Number.NaN : Number(match[1]) * (MULTIPLES[match[2] as string] as number);
  if (!Number.isSafeInteger(Math.round(value)))
    throw new WrongValue('wants a number of bytes such as 1048576, 1MiB or 1.5GB');
  return Math.round(value);
}

/** Bytes: a plain number, or one with KiB, MiB, GiB, TiB (powers of 1024) or kB, MB, GB, TB (of 1000). */
export const bytes: FlagKind<number> = { placeholder: 'bytes', unit: 'bytes', parse: parseBytes };

/** As {@link bytes}; what 0 means is the flag's to say. */
export const bytesPerSecond: FlagKind<number> = {
  placeholder: 'rate',
  unit: 'bytes per second',
  parse: parseBytes,
};

/** Base URL, http or https, without credentials, query and fragment; answered without a trailing slash. */
export const url: FlagKind<string> = {
  placeholder: 'url',
  unit: '',
  parse: (given) => {
    const parsed = URL.canParse(given) ? new URL(given) : undefined;
    // What is no URL may still be meant as one with a password; a query may hold a token.
    const hidesText = /[@?#]/.test(given);
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
      throw new WrongValue('wants a URL such as http://127.0.0.1:8080', hidesText);
    if (parsed.username !== '' || parsed.password !== '' || /[?#]/.test(given))
      throw new WrongValue('wants a URL without credentials, query and fragment', hidesText);
    return parsed.href.replace(/\/+$/, '');
  },
};

/** A file or folder; relative ones are made absolute at once, so that a later change of folder means nothing. */
export const path: FlagKind<string> = {
  placeholder: 'path',
  unit: '',
  parse: (given) => {
    if (given === '' || given.includes('\0')) throw new WrongValue('wants a path');
    return resolve(given);
  },
};

/** IPv4 or IPv6 address, without brackets and port. */
export const ip: FlagKind<string> = {
  placeholder: 'ip',
  unit: '',
  parse: (given) => {
    if (isIP(given) === 0) throw new WrongValue('wants an IPv4 or IPv6 address such as 192.0.2.7');
    return given;
  },
};

/** Address or name to listen on. Labels as in RFC 1123 section 2.1. */
export const host: FlagKind<string> = {
  placeholder: 'host',
  unit: '',
  parse: (given) => {
    const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
    const isName = given.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`).test(given);
    const looksNumeric = /^[\d.]+$/.test(given);
    if (isIP(given) === 0 && (!isName || looksNumeric))
      throw new WrongValue('wants an address or a host name such as 0.0.0.0');
    return given;
  },
};

/** Raw Ed25519, as entries of the log name their keys. */
export const publicKey: FlagKind<string> = {
  placeholder: 'hex',
  unit: '',
  parse: (given) => {
    if (!/^[0-9a-fA-F]{64}$/.test(given)) throw new WrongValue('wants 64 hex digits');
    return given.toLowerCase();
  },
};

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  ...words: Words
): FlagKind<Words[number]> {
  return {
    placeholder: words.join('|'),
    unit: '',
    parse: (given) => {
      const found = words.find((word) => word === given);
      if (found === undefined) throw new WrongValue(`wants one of: ${words.join(', ')}`);
      return found;
    },
  };
}

/** On or off: `--name` alone turns it on; its variable takes true, false, 1 or 0. */
export const onOff: FlagKind<boolean> = {
  placeholder: '',
  unit: '',
  parse: (given) => {
    if (given === 'true' || given === '1') return true;
    if (given === 'false' || given === '0') return false;
    throw new WrongValue('wants true or false');
  },
};
