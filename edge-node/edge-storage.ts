/** What an edge keeps on disk: its log, its pieces, its .torrent files and its notes of complete sets. */
import { join } from 'node:path';
import { createLogCrypto } from '../shared/node/crypto/log-crypto.ts';
import type { Logger } from '../shared/node/process/logger.ts';
import { openDiskPieceStore } from '../shared/node/store/disk-piece-store.ts';
import type { PieceStore } from '../shared/node/store/piece-store.ts';
import type { Closer } from './closer.ts';
import type { EdgeConfig } from './config.ts';
import type { LogListener } from './feed/log-disk.ts';
import { LogStore } from './feed/log-store.ts';
import { CompleteSets } from './images/complete-sets.ts';
import type { ImageTable } from './images/image-table.ts';
import { TorrentFiles } from './images/torrent-files.ts';
import { shareWriterThread } from './writer-thread.ts';

export interface EdgeStorage {
  readonly log: LogStore;
  readonly pieces: PieceStore;
  readonly torrents: TorrentFiles;
  readonly notes: CompleteSets;
}

export interface EdgeStorageParts {
  readonly config: EdgeConfig;
  readonly log: Logger;
  /** Told of each entry, also of those that were stored. */
  readonly listener: Omit<LogListener, 'diskFailed'>;
  /** What the listener made of the log. */
  readonly table: ImageTable;
}

/** @param opened what is to be closed, also when a later part does not open */
export async function openStorage(parts: EdgeStorageParts, opened: Closer[]): Promise<EdgeStorage> {
  const { config, table } = parts;
  const log = await openLog(parts);
  opened.push(['log', () => log.close()]);
  const writer = shareWriterThread();
  opened.push(['writer', () => writer.close()]);
  const pieces = await openDiskPieceStore({
    directory: join(config.dataFolder, 'pieces'),
    fileSystem: writer.files,
    onError: (error) => parts.log.error({ err: error }, 'the piece store failed'),
  });
  opened.push(['store', () => pieces.close()]);
  const torrents = await TorrentFiles.open(config.dataFolder, writer.files);
  opened.push(['torrents', () => torrents.close()]);
  return { log, pieces, torrents, notes: await openNotes(config, torrents, table) };
}

async function openLog({ config, log, listener }: EdgeStorageParts): Promise<LogStore> {
  const { dataFolder, rootKey } = config;
  const store = await LogStore.open({
    dataFolder,
    rootKey,
    listener: {
      applied: (change, number) => listener.applied(change, number),
      rebuilt: (changes) => listener.rebuilt(changes),
      diskFailed: (error) => log.error({ err: error }, 'the log could not be written'),
    },
    crypto: createLogCrypto(),
    now: Date.now,
  });
  const { cutBytes } = store;
  if (cutBytes > 0) log.warn({ bytes: cutBytes }, 'the end of the log was damaged; the feed has it again');
  return store;
}

/** What was noted of sets that are no longer published, or have lost their .torrent, counts for nothing. */
async function openNotes(config: EdgeConfig, files: TorrentFiles, table: ImageTable): Promise<CompleteSets> {
  const kept = new Set(await files.list());
  return CompleteSets.open(
    config.dataFolder,
    (infoHash) => kept.has(infoHash) && table.byInfoHash(infoHash) !== undefined,
  );
}
