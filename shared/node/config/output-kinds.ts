/** Kinds for what a command writes at its end: looked at before it begins, for its work may take an hour. */
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type FlagKind, path, WrongValue } from './kinds.ts';

/** A file in a folder that exists; what it held is replaced. */
export const outputFile: FlagKind<string> = {
  ...path,
  parse: (given) => {
    const file = path.parse(given);
    const known = look(file);
    if (known?.isDirectory()) throw new WrongValue(`wants a file, and ${file} is a folder`);
    if (known) requireWritable(file);
    else requireFolder(dirname(file));
    return file;
  },
};

/** A folder; where it is missing the command makes it, with those above it. */
export const outputFolder: FlagKind<string> = {
  ...path,
  parse: (given) => {
    const folder = path.parse(given);
    let existing = folder;
    while (dirname(existing) !== existing && look(existing) === undefined) existing = dirname(existing);
    requireFolder(existing);
    return folder;
  },
};

function requireFolder(folder: string): void {
  const known = look(folder);
  if (known === undefined) throw new WrongValue(`wants a folder that exists: make ${folder} first`);
  if (!known.isDirectory()) throw new WrongValue(`wants a folder, and ${folder} is a file`);
  requireWritable(folder);
}

function requireWritable(place: string): void {
  try {
    accessSync(place, constants.W_OK);
  } catch {
    throw new WrongValue(`wants a place that may be written to: ${place} may not`);
  }
}

function look(place: string): Stats | undefined {
  try {
    return statSync(place);
  } catch {
    return undefined;
  }
}
