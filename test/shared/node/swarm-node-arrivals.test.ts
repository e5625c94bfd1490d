import { expect, test } from 'vitest';
import { MemoryPieceStore } from '../../../shared/node/store/memory-piece-store.ts';
import { Arrivals } from '../../../shared/node/swarm-node-arrivals.ts';
import { HostedTorrent, TorrentTotals } from '../../../shared/node/swarm-node-torrent.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../../shared/units.ts';
import { makeImageSet } from '../../edge-node/support/image-set.ts';

const NONE = { diskBytes: 0, swarmBytes: 0, webSeedBytes: 0, comingBytes: 0 };

/** A torrent of which nothing is held, and the pieces of its file of 100,000 bytes. */
async function opened() {
  const { metainfo } = await makeImageSet(1);
  const options = { want: 'none', superSeed: false, webSeeds: [], announceUrl: undefined } as const;
  const torrent = await HostedTorrent.open(new MemoryPieceStore(), metainfo, options, new TorrentTotals());
  const fileIndex = metainfo.files.findIndex(({ name }) => name === '640.jpg');
  const { first, last } = metainfo.geometry.piecesOfRange(fileIndex, 0, 100_000);
  const piece = (number: number) => (first + number) as PieceIndex;
  return { torrent, infoHash: metainfo.infoHash, fileIndex, piece, count: last - first + 1 };
}

test('a piece counts for who gave it, and only as far as the range goes into it', async () => {
  const { torrent, infoHash, fileIndex, piece } = await opened();
  torrent.hold(piece(1));
  const arrivals = new Arrivals();
  const tally = { ...NONE };
  arrivals.begin(torrent, { fileIndex, startBytes: BLOCK_BYTES + 100, endBytes: 3 * BLOCK_BYTES + 5 }, tally);
  expect(tally).toEqual({ ...NONE, diskBytes: BLOCK_BYTES - 100 });
  arrivals.pieceHeld(infoHash, piece(2));
  arrivals.webSeedGave(infoHash, piece(3));
  expect(tally).toEqual({ ...NONE, diskBytes: BLOCK_BYTES - 100, swarmBytes: BLOCK_BYTES });
  arrivals.pieceHeld(infoHash, piece(3));
  // Outside the range, and of another torrent.
  arrivals.pieceHeld(infoHash, piece(0));
  arrivals.pieceHeld(infoHash, piece(4));
  arrivals.pieceHeld('f'.repeat(40) as typeof infoHash, piece(2));
  expect(tally).toEqual({ ...NONE, diskBytes: BLOCK_BYTES - 100, swarmBytes: BLOCK_BYTES, webSeedBytes: 5 });
});

test('a whole file adds up to its size, for each of its readers', async () => {
  const { torrent, infoHash, fileIndex, piece, count } = await opened();
  const arrivals = new Arrivals();
  const tallies = [{ ...NONE }, { ...NONE }];
  for (const tally of tallies)
    arrivals.begin(torrent, { fileIndex, startBytes: 0, endBytes: 100_000 }, tally);
  for (let number = 0; number < count; number++) {
    if (number % 2 === 0) arrivals.webSeedGave(infoHash, piece(number));
    arrivals.pieceHeld(infoHash, piece(number));
  }
  for (const { diskBytes, swarmBytes, webSeedBytes } of tallies) {
    expect([diskBytes, swarmBytes + webSeedBytes]).toEqual([0, 100_000]);
    expect(swarmBytes).toBe(3 * BLOCK_BYTES);
  }
});

test('a reader that has ended is counted for no more', async () => {
  const { torrent, infoHash, fileIndex, piece } = await opened();
  const arrivals = new Arrivals();
  const [gone, stays] = [{ ...NONE }, { ...NONE }];
  const range = { fileIndex, startBytes: 0, endBytes: 100_000 };
  const end = arrivals.begin(torrent, range, gone);
  arrivals.begin(torrent, range, stays);
  end();
  arrivals.pieceHeld(infoHash, piece(0));
  expect([gone.swarmBytes, stays.swarmBytes]).toEqual([0, BLOCK_BYTES]);
});

test('an answer of the web seed counts as coming from its first bytes on, and has begun when it has what is next', async () => {
  const { torrent, infoHash, fileIndex, piece } = await opened();
  torrent.hold(piece(0));
  const arrivals = new Arrivals();
  const begun: string[] = [];
  const tally = { ...NONE, begun: () => begun.push('begun') };
  arrivals.begin(torrent, { fileIndex, startBytes: 0, endBytes: 3 * BLOCK_BYTES + 5 }, tally);
  arrivals.webSeedBegan(infoHash, piece(2), 1);
  expect([tally.comingBytes, begun]).toEqual([BLOCK_BYTES, []]);
  arrivals.webSeedBegan(infoHash, piece(0), 9);
  expect([tally.comingBytes, begun]).toEqual([2 * BLOCK_BYTES + 5, ['begun']]);
  arrivals.webSeedGave(infoHash, piece(1));
  arrivals.pieceHeld(infoHash, piece(1));
  // A node was quicker.
  arrivals.pieceHeld(infoHash, piece(2));
  expect(tally).toMatchObject({ diskBytes: BLOCK_BYTES, swarmBytes: BLOCK_BYTES, webSeedBytes: BLOCK_BYTES });
  expect(tally.comingBytes).toBe(5);
});
