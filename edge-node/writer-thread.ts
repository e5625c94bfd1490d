/** The piece store and the .torrent files share the thread that writes small files: starting one costs 20 ms of CPU. */
import type { FileBatches } from '../shared/node/store/file-batches.ts';
import { type FileSystem, nodeFileSystem } from '../shared/node/store/file-system.ts';

export interface WriterThread {
  /** Whoever asks it for batches gets this thread, and may close them without ending it. */
  readonly files: FileSystem;
  /** When all who use it are closed. */
  close(): Promise<void>;
}

export function shareWriterThread(files: FileSystem = nodeFileSystem): WriterThread {
  const thread = files.batches();
  const shared: FileBatches = {
    writeWhole: (whole) => thread.writeWhole(whole),
    sync: (paths) => thread.sync(paths),
    close: async () => {},
  };
  return { files: { ...files, batches: () => shared }, close: () => thread.close() };
}
