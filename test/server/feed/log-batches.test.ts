import { expect, onTestFinished, test } from 'vitest';
import { FEED_LIMITS } from '../../../server/feed/feed-limits.ts';
import { LogBatches } from '../../../server/feed/log-batches.ts';
import { parseServerFrame } from '../../../shared/feed/server-frame.ts';
import { makeMetainfo } from '../../../shared/metainfo/make.ts';
import { inflateFrame } from '../../../shared/node/feed-deflate.ts';
import { nodeHashes } from '../../../shared/node/hashing/node-hashes.ts';
import { plainHashFile } from '../../shared/metainfo/torrent-fixture.ts';
import { catalogFixture } from '../support/catalog-fixture.ts';

const { bytes: torrent } = makeMetainfo(
  {
    name: 'small',
    files: [plainHashFile('photo', new Uint8Array(5), 16_384)],
    pieceLengthBytes: 16_384,
    announce: undefined,
    webSeeds: [],
    createdBy: undefined,
  },
  nodeHashes,
);

/** Of a real log, whose reads are counted; every image has the same small torrent. */
async function batchesOf(names: readonly string[]) {
  const fixture = await catalogFixture();
  onTestFinished(() => fixture.remove());
  for (const name of names) await fixture.publish(name);
  const reads: number[] = [];
  const batches = new LogBatches(
    {
      entriesAfter: (after, limit) => {
        reads.push(after);
        return fixture.catalog.entriesAfter(after, limit);
      },
      torrent: async () => torrent,
    },
    FEED_LIMITS,
  );
  const framesAfter = async (after: number, pieceHashes: boolean) => {
    const { bytes } = await batches.entries(pieceHashes).after(after);
    const frame = parseServerFrame(inflateFrame(bytes, 1_048_576));
    if (frame.type !== 'entries') throw new Error(frame.type);
    return frame;
  };
  return { batches, fixture, framesAfter, reads };
}

test('the same entries go with piece hashes to who asked for them, and without to others', async () => {
  const { framesAfter } = await batchesOf(['a', 'b']);
  const [bare, hashed] = [await framesAfter(0, false), await framesAfter(0, true)];
  expect(hashed.entries).toEqual(bare.entries);
  expect(bare.pieceHashes).toEqual([]);
  expect(hashed.pieceHashes).toHaveLength(2);
});

test('a batch is read once for all edges, of each kind, and anew once the log has grown', async () => {
  const { batches, fixture, framesAfter, reads } = await batchesOf(['a']);
  for (let edge = 0; edge < 3; edge++)
    for (const pieceHashes of [false, true]) await framesAfter(0, pieceHashes);
  expect(reads).toEqual([0, 0]);
  const { length } = (await framesAfter(0, true)).entries;
  await fixture.publish('b');
  batches.appended();
  for (const pieceHashes of [false, true])
    expect((await framesAfter(0, pieceHashes)).entries).toHaveLength(length + 1);
});
