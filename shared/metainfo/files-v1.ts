/** The v1 half of an info dictionary must tell of the same files as the v2 tree (BEP 52, threat row 6). */
import { asBytes, asDictionary, asInteger, asList, type BencodeValue } from '../bencode/value.ts';
import { equalBytes, toLatin1 } from '../bytes.ts';
import { refuse } from './errors.ts';
import type { TreeFile } from './file-tree.ts';
import { parseName } from './names.ts';

/** A pad file's path is `.pad/<length>` by BEP 47; others nest it a little deeper at most. */
const MAX_PATH_SEGMENTS = 4;

interface Entry {
  readonly lengthBytes: number;
  readonly path: readonly Uint8Array[];
  readonly isPad: boolean;
}

/**
 * Walks the `files` list beside the tree's files: same names, lengths and order, and between two files exactly
 * the pad file that brings the next one to a piece boundary.
 * @throws MetainfoError
 */
export function checkFilesV1(
  value: BencodeValue | undefined,
  files: readonly TreeFile[],
  pieceLengthBytes: number,
): void {
  const list = asList(value) ?? refuse('metainfo_v1_files', 'files is no list');
  let at = 0;
  const next = (): Entry | undefined => {
    const entry = list[at++];
    return entry === undefined ? undefined : parseEntry(entry);
  };
  files.forEach((file, index) => {
    const entry = next();
    if (entry?.isPad) refuse('metainfo_padding', `a pad file where ${file.name} should be`);
    if (entry?.path.length !== 1 || !equalBytes(entry.path[0] as Uint8Array, file.rawName))
      refuse('metainfo_mismatch', `the v1 list lacks ${file.name} at its place`);
    if (entry.lengthBytes !== file.lengthBytes)
      refuse(
        'metainfo_mismatch',
        `${file.name} has ${entry.lengthBytes} bytes in v1, ${file.lengthBytes} in v2`,
      );
    const overhangBytes = file.lengthBytes % pieceLengthBytes;
    if (overhangBytes === 0 || index === files.length - 1) return;
    const pad = next();
    if (!pad?.isPad || pad.lengthBytes !== pieceLengthBytes - overhangBytes)
      refuse('metainfo_padding', `${file.name} is not padded to a piece boundary`);
  });
  const rest = next();
  if (rest?.isPad) refuse('metainfo_padding', 'the last file is padded');
  if (rest) refuse('metainfo_mismatch', 'the v1 list has more files than the v2 tree');
}

function parseEntry(value: BencodeValue): Entry {
  const entry = asDictionary(value) ?? refuse('metainfo_v1_files', 'a file is no dictionary');
  const lengthBytes = asInteger(entry.get('length'));
  if (lengthBytes === undefined || lengthBytes < 1)
    refuse('metainfo_file_length', 'a v1 file has no length of at least one byte');
  // Clients that know this key prefer it: it must not name another file than `path` does.
  if (entry.has('path.utf-8')) refuse('metainfo_v1_files', 'path.utf-8 beside path');
  const path = parsePath(entry.get('path'));
  const attributes = entry.get('attr');
  const flags = attributes === undefined ? '' : toLatin1(asBytes(attributes) ?? new Uint8Array());
  if (attributes !== undefined && asBytes(attributes) === undefined)
    refuse('metainfo_file_attr', 'odd attributes of a v1 file');
  if (flags.includes('l') || entry.has('symlink path'))
    refuse('metainfo_file_attr', 'a v1 file is a symbolic link');
  return { lengthBytes, path, isPad: flags.includes('p') };
}

function parsePath(value: BencodeValue | undefined): Uint8Array[] {
  const path = asList(value) ?? refuse('metainfo_v1_files', 'path is no list');
  if (path.length === 0 || path.length > MAX_PATH_SEGMENTS)
    refuse('metainfo_v1_files', `path of ${path.length} segments`);
  return path.map((item) => {
    const segment = asBytes(item);
    if (!segment || parseName(segment) === undefined) refuse('metainfo_file_name', 'unsafe path in v1 files');
    return segment;
  });
}
