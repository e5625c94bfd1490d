import { openDiskPieceStore } from '../../shared/node/store/disk-piece-store.ts';
import { MemoryPieceStore } from '../../shared/node/store/memory-piece-store.ts';
import { tempDirectory } from '../support/temp-directory.ts';
import { pieceStoreContract } from './piece-store.ts';

pieceStoreContract('the store on disk', () =>
  openDiskPieceStore({ directory: tempDirectory(), gatherDelayMs: 0 }),
);
pieceStoreContract('the store on disk, without a cache', () =>
  openDiskPieceStore({ directory: tempDirectory(), gatherDelayMs: 0, cacheBytes: 0, maxOpenFiles: 1 }),
);
pieceStoreContract('the store in memory', async () => new MemoryPieceStore());
