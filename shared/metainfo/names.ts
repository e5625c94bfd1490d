/**
 * Names in metainfo. Shoal never makes a path of one (files are stored by root), but stock clients do and pages
 * show them; so a name that could lead astray is refused, not repaired (threat row 8).
 */
import { fromUtf8, toUtf8 } from '../bytes.ts';

/** The longest file name of the common file systems (NAME_MAX of Linux). */
const MAX_NAME_BYTES = 255;

/**
 * Slash, backslash, control characters (`Cc`: C0, DEL, C1), the line separators, and the marks that turn the direction
 * of writing (with them `gpj.exe` is shown as `exe.jpg`).
 */
const UNSAFE = /[/\\\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** One path segment that every file system and terminal takes as it stands. */
export function isSafeName(name: string): boolean {
  if (name === '' || name === '.' || name === '..' || UNSAFE.test(name)) return false;
  const bytes = fromUtf8(name);
  // A lone surrogate does not survive the way to UTF-8 and back.
  return bytes.length <= MAX_NAME_BYTES && toUtf8(bytes) === name;
}

/** The name these bytes spell; `undefined` when they are not UTF-8 or the name is not safe. */
export function parseName(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_NAME_BYTES) return undefined;
  const name = toUtf8(bytes);
  return name !== undefined && isSafeName(name) ? name : undefined;
}

/** Directory of pad files in stock clients (BEP 47): no file of a set may bear its name. */
export const PAD_DIRECTORY = '.pad';
