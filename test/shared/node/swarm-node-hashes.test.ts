import { describe, expect, it } from 'vitest';
import { equalBytes, fromHex } from '../../../shared/bytes.ts';
import type { EngineInput } from '../../../shared/engine/inputs.ts';
import { contentLeaves, foldHashes } from '../../../shared/metainfo/hash-proof.ts';
import { type HashRange, leavesOfPiece, treeHeight } from '../../../shared/metainfo/hash-range.ts';
import { leavesOf } from '../../../shared/node/hashing/leaves.ts';
import { nodeHashes } from '../../../shared/node/hashing/node-hashes.ts';
import { MemoryPieceStore } from '../../../shared/node/store/memory-piece-store.ts';
import { HashActions, trueLeaves } from '../../../shared/node/swarm-node-hashes.ts';
import { HostedTorrent, TorrentTotals } from '../../../shared/node/swarm-node-torrent.ts';
import type { LinkId, PieceIndex } from '../../../shared/units.ts';
import { makeRandomTorrent } from '../../support/random-torrent.ts';
import { SEED } from '../../support/swarm-nodes.ts';
import { tempDirectory } from '../../support/temp-directory.ts';

/** 43 blocks in 11 pieces of four; 3 blocks; one block; 4 pieces exactly. */
const SIZES = [700_001, 40_000, 16_000, 4 * 65_536];
const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

async function hosted() {
  const made = await makeRandomTorrent(tempDirectory(), SIZES, { pieceLengthBytes: 65_536 });
  const store = new MemoryPieceStore();
  await made.giveTo(store);
  const torrent = await HostedTorrent.open(store, made.metainfo, SEED, new TorrentTotals());
  const answers: EngineInput[] = [];
  const parts = { log: quiet as never, torrent: () => torrent, openFiles: async () => {} };
  const actionsOn = (where: { read: MemoryPieceStore['read'] }) =>
    new HashActions({ ...parts, store: where as MemoryPieceStore, feed: (input) => answers.push(input) });
  const ask = async (range: HashRange, where: { read: MemoryPieceStore['read'] } = store) => {
    actionsOn(where).readHashes({
      type: 'readHashes',
      link: 1 as LinkId,
      torrent: made.metainfo.infoHash,
      range,
    });
    for (let turns = 0; answers.length === 0 && turns < 1_000; turns++) await new Promise(setImmediate);
    const answer = answers.shift();
    if (answer?.type !== 'hashesRead') throw new Error('no answer');
    return answer.hashes;
  };
  return { ...made, store, ask };
}

describe('hashes for other nodes', () => {
  it('BEP 52: leaves and piece layers, with every proof that can be asked for, lead to the file’s root', async () => {
    const node = await hosted();
    for (const { root, lengthBytes } of node.metainfo.files) {
      const height = treeHeight(lengthBytes);
      for (const baseLayer of [0, 2]) {
        for (let length = 2; length <= 2 ** (height - baseLayer); length *= 2) {
          const proofLayers = height - baseLayer - 1;
          const range = { root, baseLayer, index: 0, length, proofLayers };
          if (baseLayer >= height) continue;
          const hashes = await node.ask(range);
          const proven = hashes && foldHashes(range, lengthBytes, hashes, nodeHashes.sha256);
          expect(proven?.layer, `layer ${baseLayer}, ${length} hashes`).toBe(height);
          expect(equalBytes(proven?.hash as Uint8Array, fromHex(root) as Uint8Array)).toBe(true);
        }
      }
    }
  });

  it('threat row 5: the leaves of each piece are found true, and are those of its blocks', async () => {
    const node = await hosted();
    const { metainfo, contents } = node;
    for (let number = 0; number < metainfo.geometry.pieceCount; number++) {
      const piece = number as PieceIndex;
      const fileIndex = metainfo.geometry.fileIndexOf(piece);
      const range = leavesOfPiece(metainfo.geometry, metainfo.files[fileIndex]?.root as never, piece);
      if (!range) continue;
      const hashes = (await node.ask(range)) as Uint8Array;
      const offset = metainfo.geometry.offsetInFile(piece);
      const content = (contents[fileIndex] as Uint8Array).subarray(
        offset,
        offset + metainfo.geometry.contentLength(piece),
      );
      const leaves = trueLeaves(metainfo, piece, range, hashes);
      expect(leaves && equalBytes(leaves, leavesOf(content)), `piece ${piece}`).toBe(true);
      expect(equalBytes(contentLeaves(range, SIZES[fileIndex] as number, hashes), leavesOf(content))).toBe(
        true,
      );
      hashes[5] = (hashes[5] as number) ^ 1;
      expect(trueLeaves(metainfo, piece, range, hashes)).toBeUndefined();
    }
  });

  it('threat row 5: leaves of another piece are not true for this one', async () => {
    const node = await hosted();
    const { metainfo } = node;
    const root = metainfo.files[0]?.root as never;
    const range = leavesOfPiece(metainfo.geometry, root, 1 as PieceIndex) as HashRange;
    const hashes = (await node.ask(
      leavesOfPiece(metainfo.geometry, root, 2 as PieceIndex) as HashRange,
    )) as Uint8Array;
    expect(trueLeaves(metainfo, 1 as PieceIndex, range, hashes)).toBeUndefined();
  });

  it('threat row 4: a disk that gives other bytes than it was given makes no wrong hashes, but none', async () => {
    const node = await hosted();
    const { metainfo, store } = node;
    const range = leavesOfPiece(
      metainfo.geometry,
      metainfo.files[0]?.root as never,
      1 as PieceIndex,
    ) as HashRange;
    const damaged = {
      read: async (...args: Parameters<MemoryPieceStore['read']>) => {
        const bytes = (await store.read(...args)).slice();
        bytes[9] = (bytes[9] as number) ^ 1;
        return bytes;
      },
    };
    expect(await node.ask(range, damaged as never)).toBeUndefined();
    const failing = { read: () => Promise.reject(new Error('gone')) };
    expect(await node.ask(range, failing)).toBeUndefined();
  });
});
