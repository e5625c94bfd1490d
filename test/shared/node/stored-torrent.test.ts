/** Torrents that are known to lie whole on disk, and are not looked at before somebody wants their bytes. */
import { rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Metainfo } from '../../../shared/metainfo/metainfo.ts';
import { openDiskPieceStore } from '../../../shared/node/store/disk-piece-store.ts';
import { storePaths } from '../../../shared/node/store/have-file.ts';
import { BLOCK_BYTES } from '../../../shared/units.ts';
import { failingFileSystem } from '../../support/failing-file-system.ts';
import { makeRandomTorrent, type RandomTorrent } from '../../support/random-torrent.ts';
import { addressOf, readAll, SEED, startNode, untilComplete } from '../../support/swarm-nodes.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { waitFor } from '../../support/wait-for.ts';

const SIZES = [100_001, 16_384, 1, 40_000];
const TOTAL = SIZES.reduce((sum, size) => sum + size, 0);

/** A folder whose store has all of a torrent, and the torrent. */
async function made(): Promise<{ torrent: RandomTorrent; directory: string; metainfo: Metainfo }> {
  const base = tempDirectory();
  const torrent = await makeRandomTorrent(base, SIZES);
  const directory = join(base, 'pieces');
  const store = await openDiskPieceStore({ directory });
  await torrent.giveTo(store);
  await store.close();
  return { torrent, directory, metainfo: torrent.metainfo };
}

function stored(metainfo: Metainfo, load = async () => metainfo) {
  const { infoHash, infoHashV2, name, files, geometry } = metainfo;
  return { infoHash, infoHashV2, name, files, geometry, load };
}

describe('a torrent added as stored', () => {
  it('costs no look at the disk, counts as complete, and is served to readers and peers when asked', async () => {
    const { torrent, directory, metainfo } = await made();
    const fileSystem = failingFileSystem(['open', 'read']);
    const store = await openDiskPieceStore({ directory, fileSystem });
    // Its note, whatever the number of torrents.
    const openingCalls = fileSystem.calls();
    const seed = await startNode(store);
    await seed.swarm.addStored(stored(metainfo), SEED);
    expect(fileSystem.calls()).toBe(openingCalls);
    expect(seed.swarm.isComplete(metainfo.infoHash)).toBe(true);
    expect([seed.swarm.completeTorrents(), seed.swarm.bytes().verified]).toEqual([1, TOTAL]);
    const leech = await startNode(join(tempDirectory(), 'b'));
    await leech.swarm.addTorrent(metainfo, SEED);
    leech.swarm.addPeers(metainfo.infoHash, [addressOf(seed)]);
    await untilComplete(leech, metainfo.infoHash);
    expect(leech.swarm.bytes().fromPeers).toBe(TOTAL);
    expect(await readAll(seed, metainfo.infoHash, 0, 5, 100_001)).toEqual(torrent.contents[0]?.slice(5));
  });

  it('of which the disk has lost something: that is found before a byte leaves, and fetched again', async () => {
    const { torrent, directory, metainfo } = await made();
    const { infoHash, files } = metainfo;
    const data = (index: number) => storePaths(directory, files[index]?.root as never).whole;
    truncateSync(data(0), 2 * BLOCK_BYTES + 5);
    rmSync(data(3));
    const whole = await made();
    const other = await startNode(whole.directory);
    await other.swarm.addTorrent(metainfo, SEED);
    const node = await startNode(directory);
    const lost: string[] = [];
    node.swarm.onLost((torrentLost) => lost.push(torrentLost));
    await node.swarm.addStored(stored(metainfo), SEED);
    node.swarm.addPeers(infoHash, [addressOf(other)]);
    for (const [index, content] of torrent.contents.entries())
      expect(Buffer.compare(await readAll(node, infoHash, index, 0, content.length), content)).toBe(0);
    expect(lost).toEqual([infoHash]);
    expect(node.swarm.bytes().fromPeers).toBe(100_001 - 2 * BLOCK_BYTES + 40_000);
    expect([node.swarm.completeTorrents(), node.swarm.bytes().verified]).toEqual([1, TOTAL]);
  });

  it('of which one file is asked for: no other is looked at, unless that one lacks something', async () => {
    const { directory, metainfo } = await made();
    const { infoHash, files } = metainfo;
    const rootOf = (index: number) => files[index]?.root as never;
    rmSync(storePaths(directory, rootOf(3)).whole);
    const store = await openDiskPieceStore({ directory });
    const { swarm } = await startNode(store);
    const lost: string[] = [];
    swarm.onLost((torrentLost) => lost.push(torrentLost));
    await swarm.addStored(stored(metainfo), SEED);
    await swarm.openFile(infoHash, rootOf(0));
    expect(files.map(({ root }) => store.isComplete(root))).toEqual([true, false, false, false]);
    expect([swarm.isComplete(infoHash), lost]).toEqual([true, []]);
    await swarm.openFile(infoHash, rootOf(3));
    expect(files.map(({ root }) => store.isComplete(root))).toEqual([true, true, true, false]);
    expect([swarm.isComplete(infoHash), lost]).toEqual([false, [infoHash]]);
  });

  it('whose files are all there is read from without its hashes', async () => {
    const { torrent, directory, metainfo } = await made();
    const load = vi.fn(async () => metainfo);
    const node = await startNode(directory);
    await node.swarm.addStored(stored(metainfo, load), SEED);
    for (const [index, content] of torrent.contents.entries())
      expect(Buffer.compare(await readAll(node, metainfo.infoHash, index, 0, content.length), content)).toBe(
        0,
      );
    expect(load).not.toHaveBeenCalled();
  });

  it('whose hashes cannot be had at once: pieces wait for them, and none is taken unchecked', async () => {
    const { torrent, directory, metainfo } = await made();
    const { infoHash, files } = metainfo;
    rmSync(storePaths(directory, files[3]?.root as never).whole);
    const whole = await made();
    const other = await startNode(whole.directory);
    await other.swarm.addTorrent(metainfo, SEED);
    const node = await startNode(directory);
    const load = vi.fn<() => Promise<Metainfo>>(async () => {
      if (load.mock.calls.length < 4) throw new Error('away');
      return metainfo;
    });
    await node.swarm.addStored(stored(metainfo, load), SEED);
    node.swarm.addPeers(infoHash, [addressOf(other)]);
    expect(await readAll(node, infoHash, 3, 0, 40_000)).toEqual(torrent.contents[3]);
    expect(load.mock.calls.length).toBeGreaterThanOrEqual(4);
  });

  it('is looked at after a while though nobody asks', async () => {
    const { directory, metainfo } = await made();
    rmSync(storePaths(directory, metainfo.files[1]?.root as never).whole);
    const node = await startNode(directory);
    await node.swarm.addStored(stored(metainfo), SEED);
    expect(node.swarm.isComplete(metainfo.infoHash)).toBe(true);
    await waitFor(() => expect(node.swarm.isComplete(metainfo.infoHash)).toBe(false));
    expect(node.swarm.bytes().verified).toBe(TOTAL - 16_384);
  });

  it('is removed with its files', async () => {
    const { directory, metainfo } = await made();
    const node = await startNode(directory);
    await node.swarm.addStored(stored(metainfo), SEED);
    await node.swarm.removeTorrent(metainfo.infoHash, true);
    expect([node.swarm.completeTorrents(), node.swarm.bytes().wanted]).toEqual([0, 0]);
    await node.swarm.addTorrent(metainfo, { ...SEED, want: 'none' });
    expect(node.swarm.bytes().verified).toBe(0);
  });
});
