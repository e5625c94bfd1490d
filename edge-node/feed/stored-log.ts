/** The log as the disk has it: read back at the start, up to the first line that is not what was written. */
import { PeerError } from '../../shared/errors.ts';
import { verifySignature } from '../../shared/log/codec.ts';
import type { EntryBody, LogCrypto, Signed } from '../../shared/log/entry.ts';
import type { Evidence, ForkProof } from '../../shared/log/evidence.ts';
import { LogKeeper } from '../../shared/log/keeper.ts';
import type { FileSystem } from '../../shared/node/store/file-system.ts';
import { LogFile } from './log-file.ts';

export interface StoredLogOptions {
  readonly path: string;
  readonly rootKey: string;
  readonly crypto: LogCrypto;
  readonly highest: Evidence | undefined;
  readonly proof: ForkProof | undefined;
  readonly files: FileSystem;
}

export interface StoredLog {
  readonly file: LogFile;
  readonly keeper: LogKeeper;
  readonly entries: readonly EntryBody[];
  /** Bytes that were cut off its end: a torn line, or what did not verify. */
  readonly cutBytes: number;
}

/** @throws the file system's error */
export async function openStoredLog(options: StoredLogOptions): Promise<StoredLog> {
  const { path, crypto, files } = options;
  for (let cutBytes = 0; ; ) {
    const keeper = new LogKeeper(options);
    const entries: EntryBody[] = [];
    let last: Signed | undefined;
    const file = await LogFile.open(
      path,
      (signed) => {
        const entry = restored(keeper, signed);
        if (entry === undefined) return false;
        entries.push(entry);
        last = signed;
        return true;
      },
      files,
    );
    cutBytes += file.cutBytes;
    // Hashes prove every entry but the last, which no other names: a disk may have changed it.
    const lastKey = entries.at(-1)?.key;
    if (!last || !lastKey || verifySignature('entry', lastKey, last, crypto))
      return { file, keeper, entries, cutBytes };
    cutBytes += await file.rewind(entries.length - 1);
    await file.close();
  }
}

/** Undefined for an entry that does not follow: the file is damaged from here on. */
function restored(keeper: LogKeeper, signed: Signed): EntryBody | undefined {
  try {
    return keeper.restore(signed);
  } catch (error) {
    if (error instanceof PeerError) return undefined;
    throw error;
  }
}
