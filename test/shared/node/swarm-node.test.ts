import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDiskPieceStore } from '../../../shared/node/store/disk-piece-store.ts';
import { MemoryPieceStore } from '../../../shared/node/store/memory-piece-store.ts';
import { failingFileSystem } from '../../support/failing-file-system.ts';
import { makeRandomTorrent } from '../../support/random-torrent.ts';
import { addressOf, readAll, SEED, startNode, startSeed, untilComplete } from '../../support/swarm-nodes.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Element by element, as `toEqual` compares, megabytes take seconds. */
const expectSame = (found: Uint8Array, wanted: Uint8Array | undefined) =>
  expect(Buffer.compare(found, wanted ?? new Uint8Array()), 'the bytes differ').toBe(0);

const SIZES = [700_001, 16_384, 1, 40_000, 3_000_000];

describe('two swarm nodes over loopback', () => {
  it('a torrent of random files goes from one to the other, byte for byte', async () => {
    const directory = tempDirectory();
    const torrent = await makeRandomTorrent(directory, SIZES);
    const { infoHash } = torrent.metainfo;
    const seed = await startNode(join(directory, 'a'));
    await torrent.giveTo(seed.store);
    await seed.swarm.addTorrent(torrent.metainfo, SEED);
    expect(seed.swarm.isComplete(infoHash)).toBe(true);
    const leech = await startNode(join(directory, 'b'));
    await leech.swarm.addTorrent(torrent.metainfo, SEED);
    leech.swarm.addPeers(infoHash, [addressOf(seed)]);
    await untilComplete(leech, infoHash);
    for (const [index, content] of torrent.contents.entries())
      expectSame(await readAll(leech, infoHash, index, 0, content.length), content);
    const total = SIZES.reduce((sum, size) => sum + size, 0);
    expect(leech.swarm.bytes()).toEqual({
      wanted: total,
      verified: total,
      fromPeers: total,
      fromOrigin: 0,
      uploaded: 0,
      raced: 0,
    });
    expect(seed.swarm.bytes().uploaded).toBe(total);
  });

  it('a restart keeps the pieces', async () => {
    const directory = tempDirectory();
    const torrent = await makeRandomTorrent(directory, SIZES, { pieceLengthBytes: 65_536 });
    const { infoHash } = torrent.metainfo;
    const seed = await startNode(join(directory, 'a'));
    await torrent.giveTo(seed.store);
    await seed.swarm.addTorrent(torrent.metainfo, SEED);
    const before = await startNode(join(directory, 'b'));
    await before.swarm.addTorrent(torrent.metainfo, SEED);
    before.swarm.addPeers(infoHash, [addressOf(seed)]);
    await untilComplete(before, infoHash);
    await before.close();
    const after = await startNode(join(directory, 'b'));
    await after.swarm.addTorrent(torrent.metainfo, SEED);
    expect(after.swarm.isComplete(infoHash)).toBe(true);
    expect(after.swarm.bytes().fromPeers).toBe(0);
    expectSame(
      await readAll(after, infoHash, 4, 1_234_567, 2_345_678),
      torrent.contents[4]?.slice(1_234_567, 2_345_678),
    );
  });

  it('a node whose disk fails neither crashes nor serves a wrong byte, and gets on when the disk does', async () => {
    const directory = tempDirectory();
    const torrent = await makeRandomTorrent(directory, [400_000]);
    const { infoHash } = torrent.metainfo;
    const seed = await startSeed(torrent);
    const fileSystem = failingFileSystem(['write', 'sync']);
    mkdirSync(join(directory, 'b'));
    const store = await openDiskPieceStore({
      directory: join(directory, 'b'),
      fileSystem,
      gatherDelayMs: 0,
      syncDelayMs: 10,
    });
    const leech = await startNode(store);
    fileSystem.failAt(1, 'ENOSPC', false);
    await leech.swarm.addTorrent(torrent.metainfo, SEED);
    leech.swarm.addPeers(infoHash, [addressOf(seed)]);
    await waitFor(() => expect(leech.lines).toContain('the piece store failed'));
    await waitFor(() => expect(leech.swarm.isComplete(infoHash)).toBe(true));
    expectSame(await readAll(leech, infoHash, 0, 0, 400_000), torrent.contents[0]);
    await leech.close();
    const after = await startNode(join(directory, 'b'));
    await after.swarm.addTorrent(torrent.metainfo, { ...SEED, want: 'none' });
    expect(after.swarm.isComplete(infoHash)).toBe(true);
    expectSame(await readAll(after, infoHash, 0, 0, 400_000), torrent.contents[0]);
  });

  it('what is not wanted is not fetched, but for readers', async () => {
    const directory = tempDirectory();
    const torrent = await makeRandomTorrent(directory, SIZES);
    const { infoHash } = torrent.metainfo;
    const seed = await startSeed(torrent);
    const leech = await startNode(join(directory, 'b'));
    await leech.swarm.addTorrent(torrent.metainfo, { ...SEED, want: 'none' });
    leech.swarm.addPeers(infoHash, [addressOf(seed)]);
    const readers = Array.from({ length: 50 }, () => readAll(leech, infoHash, 0, 20_000, 20_001));
    for (const bytes of await Promise.all(readers))
      expect(bytes).toEqual(torrent.contents[0]?.slice(20_000, 20_001));
    expect(leech.swarm.bytes(), 'one piece, once').toMatchObject({ fromPeers: 16_384, verified: 16_384 });
    leech.swarm.setWant(infoHash, 'all');
    await untilComplete(leech, infoHash);
  });

  it('a long file is read in order while it comes, by readers at different places', async () => {
    const directory = tempDirectory();
    const torrent = await makeRandomTorrent(directory, [5_000_000, 100]);
    const { infoHash } = torrent.metainfo;
    const seed = await startSeed(torrent);
    const leech = await startNode(join(directory, 'b'));
    await leech.swarm.addTorrent(torrent.metainfo, { ...SEED, want: 'none' });
    leech.swarm.addPeers(infoHash, [addressOf(seed)]);
    const ranges = [
      [0, 5_000_000],
      [4_999_000, 5_000_000],
      [1_234_567, 4_000_001],
    ] as const;
    const reads = ranges.map(([start, end]) => readAll(leech, infoHash, 0, start, end));
    for (const [index, read] of (await Promise.all(reads)).entries())
      expectSame(read, torrent.contents[0]?.slice(...(ranges[index] ?? [])));
    expect(leech.swarm.bytes()).toMatchObject({ verified: 5_000_000, fromPeers: 5_000_000 });
  });

  it('a removed torrent that is forgotten leaves nothing but what another torrent holds too', async () => {
    const directory = tempDirectory();
    const shared = await makeRandomTorrent(directory, [50_000, 60_000]);
    const other = await makeRandomTorrent(directory, [50_000]);
    const node = await startNode(new MemoryPieceStore());
    await shared.giveTo(node.store);
    await node.swarm.addTorrent(shared.metainfo, SEED);
    await node.swarm.addTorrent(other.metainfo, SEED);
    expect(node.swarm.isComplete(other.metainfo.infoHash)).toBe(true);
    await node.swarm.removeTorrent(shared.metainfo.infoHash, true);
    expect(node.store.heldBytes).toBe(50_000);
    expect(node.swarm.hasTorrent(shared.metainfo.infoHash)).toBe(false);
    await node.swarm.removeTorrent(other.metainfo.infoHash, false);
    expect(node.store.heldBytes).toBe(50_000);
  });

  it('a torrent that goes while its pieces wait for the disk is no failure of the disk, nor of one that comes again', async () => {
    const directory = tempDirectory();
    const torrent = await makeRandomTorrent(directory, [400_000]);
    const { infoHash } = torrent.metainfo;
    const seed = await startSeed(torrent);
    const leech = await startNode(join(directory, 'b'));
    const lost: unknown[] = [];
    leech.swarm.onTrace((event) => event.type === 'pieceLost' && lost.push(event));
    for (let life = 0; life < 2; life++) {
      await leech.swarm.addTorrent(torrent.metainfo, { ...SEED, want: 'none' });
      leech.swarm.addPeers(infoHash, [addressOf(seed)]);
      expectSame(await readAll(leech, infoHash, 0, 0, 20_000), torrent.contents[0]?.slice(0, 20_000));
      if (life === 0) await leech.swarm.removeTorrent(infoHash, true);
    }
    // Failed writes are told after a pause, to whichever torrent has the name then.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(lost).toEqual([]);
    expect(leech.lines).not.toContain('the piece store failed');
  });
});

describe('a reader', () => {
  it('is told image_unavailable (503) when nothing comes', async () => {
    const torrent = await makeRandomTorrent(tempDirectory(), [50_000]);
    const node = await startNode(new MemoryPieceStore(), {}, { readerPatienceMs: 30 });
    await node.swarm.addTorrent(torrent.metainfo, SEED);
    await expect(readAll(node, torrent.metainfo.infoHash, 0, 0, 10)).rejects.toMatchObject({
      code: 'image_unavailable',
      status: 503,
    });
  });

  it('ends when its signal aborts, and when its torrent is removed', async () => {
    const torrent = await makeRandomTorrent(tempDirectory(), [50_000]);
    const { infoHash } = torrent.metainfo;
    const node = await startNode(new MemoryPieceStore());
    await node.swarm.addTorrent(torrent.metainfo, SEED);
    const abort = new AbortController();
    const reading = readAll(node, infoHash, 0, 0, 10, abort.signal);
    abort.abort(new Error('gone'));
    await expect(reading).rejects.toThrow('gone');
    const other = readAll(node, infoHash, 0, 0, 10);
    await node.swarm.removeTorrent(infoHash, true);
    await expect(other).rejects.toMatchObject({ code: 'image_unavailable' });
    await expect(readAll(node, infoHash, 0, 0, 10)).rejects.toMatchObject({ code: 'image_unavailable' });
  });
});
