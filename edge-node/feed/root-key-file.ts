/** The root key that the edge trusts: pinned once, and no other ever (DATA/log/root-key). */
import { fromUtf8, toUtf8 } from '../../shared/bytes.ts';
import { parseKey } from '../../shared/log/codec.ts';
import type { FileSystem } from '../../shared/node/store/file-system.ts';
import { readIfThere, writeDurably } from '../durable-file.ts';

/** A key is 64 hex digits. */
const MAX_BYTES = 256;

/** @throws PeerError for a file that holds no key; the file system's error */
export async function readRootKey(path: string, files: FileSystem): Promise<string | undefined> {
  const bytes = await readIfThere(path, MAX_BYTES, files);
  return bytes && parseKey(toUtf8(bytes)?.trim() ?? '');
}

/** Durable when it resolves. */
export async function writeRootKey(path: string, rootKey: string, files: FileSystem): Promise<void> {
  await writeDurably(path, fromUtf8(`${rootKey}\n`), files);
}
