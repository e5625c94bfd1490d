/**
 * The sidecar `<root>.have`: which 16 KiB leaves of a file are on disk and verified.
 *
 *   0  magic `shoalhav`          8 bytes
 *   8  version                   4
 *   12 length of the file        8, big-endian
 *   20 number of leaves          4
 *   24 file root                 32
 *   56 SHA-256 of the above      first 4 bytes
 *   60 state                     1: open, clean or complete; not covered by the checksum
 *   61 zeros                     3
 *   64 one byte per leaf         0 = no, 1 = yes; need not be there in a complete file
 *
 * A byte per leaf and not a bit: one byte is never torn, so a sidecar that is written over in place is at each
 * byte the old or the new one. The state byte says what unmarked leaves may hold: in a file closed `clean`, nothing; in an
 * `open` one a process died, so they are worth a look.
 */
import { createHash } from 'node:crypto';
import type { FileRoot } from '../../units.ts';
import { BLOCK_BYTES } from '../../units.ts';
import type { StoredFile } from './piece-store.ts';

export type HaveState = 'open' | 'clean' | 'complete';

export const HAVE_HEADER_BYTES = 64;
export const HAVE_STATE_OFFSET = 60;
const MAGIC = Buffer.from('shoalhav', 'latin1');
const VERSION = 1;
/** Values far apart, so that a zeroed or garbled byte is no state at all. */
const STATE_BYTES: Record<HaveState, number> = { open: 0x4f, clean: 0x63, complete: 0xc0 };

export const leafCountOf = (lengthBytes: number): number => Math.ceil(lengthBytes / BLOCK_BYTES);

/** The part that never changes: all but state and leaves. */
function encodeIdentity(file: StoredFile): Buffer {
  const identity = Buffer.alloc(HAVE_STATE_OFFSET);
  MAGIC.copy(identity, 0);
  identity.writeUInt32BE(VERSION, 8);
  identity.writeBigUInt64BE(BigInt(file.lengthBytes), 12);
  identity.writeUInt32BE(leafCountOf(file.lengthBytes), 20);
  identity.write(file.root, 24, 'hex');
  createHash('sha256').update(identity.subarray(0, 56)).digest().copy(identity, 56, 0, 4);
  return identity;
}

export const encodeState = (state: HaveState): Uint8Array => Uint8Array.of(STATE_BYTES[state]);

/**
 * A whole new sidecar.
 * @param withLeaves `complete` needs none, unless it is written over a sidecar that has them
 */
export function encodeHave(
  file: StoredFile,
  state: HaveState,
  marked: Iterable<number>,
  withLeaves = state !== 'complete',
): Uint8Array {
  const leaves = withLeaves ? leafCountOf(file.lengthBytes) : 0;
  const bytes = Buffer.alloc(HAVE_HEADER_BYTES + leaves);
  encodeIdentity(file).copy(bytes);
  bytes[HAVE_STATE_OFFSET] = STATE_BYTES[state];
  if (leaves > 0) for (const leaf of marked) bytes[HAVE_HEADER_BYTES + leaf] = 1;
  return bytes;
}

export interface ParsedHave {
  readonly state: HaveState;
  /** Marked leaves; undefined: all (a complete file). */
  readonly marked: Uint8Array | undefined;
}

/** `undefined` for anything but an undamaged sidecar of exactly this file: then nothing counts as marked. */
export function parseHave(file: StoredFile, bytes: Uint8Array): ParsedHave | undefined {
  const leaves = leafCountOf(file.lengthBytes);
  const whole = bytes.length === HAVE_HEADER_BYTES + leaves;
  if (!whole && bytes.length !== HAVE_HEADER_BYTES) return undefined;
  if (!encodeIdentity(file).equals(bytes.subarray(0, HAVE_STATE_OFFSET))) return undefined;
  const state = stateOf(bytes[HAVE_STATE_OFFSET] as number);
  if (
    state === undefined ||
    bytes.subarray(HAVE_STATE_OFFSET + 1, HAVE_HEADER_BYTES).some((byte) => byte !== 0)
  )
    return undefined;
  if (state === 'complete') return { state, marked: undefined };
  const marked = bytes.subarray(HAVE_HEADER_BYTES);
  if (!whole || marked.some((byte) => byte > 1)) return undefined;
  return { state, marked };
}

function stateOf(byte: number): HaveState | undefined {
  if (byte === STATE_BYTES.open) return 'open';
  if (byte === STATE_BYTES.clean) return 'clean';
  return byte === STATE_BYTES.complete ? 'complete' : undefined;
}

/** Where a file lies: data and sidecar, or the whole of it. Only the root, hex digits, becomes part of a path (threat row 8). */
export interface StorePaths {
  readonly directory: string;
  readonly data: string;
  readonly have: string;
  /** Has the data instead, all of it: nothing needs to be marked. */
  readonly whole: string;
}

export function storePaths(storeDirectory: string, root: FileRoot): StorePaths {
  const directory = `${storeDirectory}/${root.slice(0, 2)}`;
  const stem = `${directory}/${root}`;
  return { directory, data: `${stem}.data`, have: `${stem}.have`, whole: `${stem}.whole` };
}
