/**
 * Goal: a stock client that is handed a published .torrent gets every rendition over the peer wire, from the origin
 * or, when that is gone, from an edge, and knows nothing of Shoal.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually, type RunningNode } from '../support/fleet.ts';
import { HashRelay } from './hash-relay.ts';
import { usePublishedFleet } from './published-fleet.ts';
import {
  hasAria2,
  hasLibtorrent,
  infoHashByAria2,
  readByLibtorrent,
  requireInCi,
  TCP_ONLY,
  titled,
} from './stock-clients.ts';

const LIBTORRENT = 'python3-libtorrent';
const { fleet, photo, edge, libtorrent, aria2, closeLater } = usePublishedFleet();

requireInCi(hasLibtorrent, LIBTORRENT);
requireInCi(hasAria2, 'aria2c');

/** @returns the folder of its files */
async function aria2OverTheWire(node: RunningNode): Promise<string> {
  const theirs = infoHashByAria2(photo().torrent);
  const relay = await HashRelay.start(node.peerPort, theirs, photo().image.infoHash);
  const torrent = await photo().withoutWebSeeds();
  closeLater(() => relay.close());
  const flags = ['--bt-exclude-tracker=*', `--bt-tracker=${relay.announceUrl}`, '--listen-port=1024-65535'];
  const { client, folder } = aria2(torrent, flags);
  const { status, output } = await client.done;
  expect(output).toContain('(OK):download completed.');
  expect(status).toBe(0);
  return folder;
}

/** aria2 takes pad files for files like others: it asks for their bytes and keeps them. */
async function expectPadFilesOfZeros(folder: string): Promise<void> {
  const pads = await readdir(path.join(folder, photo().image.id, '.pad'));
  expect(pads.length).toBeGreaterThan(0);
  for (const name of pads) {
    const bytes = await readFile(path.join(folder, photo().image.id, '.pad', name));
    expect(bytes.length).toBe(Number(name));
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  }
}

describe.skipIf(!hasLibtorrent)(titled('libtorrent', hasLibtorrent, LIBTORRENT), () => {
  it('agrees with both info-hashes and every file root of what the origin published', () => {
    const { infoHash, infoHashV2, files } = readByLibtorrent(photo().torrent);
    expect([infoHash, infoHashV2]).toEqual([photo().image.infoHash, photo().image.infoHashV2]);
    const theirs = new Map(files.map((file) => [file.path, [file.length, file.root]]));
    const ours = photo().image.renditions.map(({ name, bytes, root }) => [
      `${photo().image.id}/${name}`,
      [bytes, root],
    ]);
    expect(theirs).toEqual(new Map(ours as [string, [number, string]][]));
  });

  it('finds the nodes by the tracker and gets every file over the wire, with its own settings', async () => {
    const uploaded = async () =>
      (await Promise.all([fleet.origin.status(), edge().status()])).map(({ bytes }) => bytes.uploaded);
    const before = await uploaded();
    const { client, folder } = libtorrent({});
    await eventually('libtorrent has everything', () => client.isFinished());
    await photo().expectFilesIn(folder);
    const after = await uploaded();
    const given =
      after.reduce((sum, bytes) => sum + bytes, 0) - before.reduce((sum, bytes) => sum + bytes, 0);
    expect(given).toBeGreaterThanOrEqual(photo().contentBytes);
  }, 90_000);

  it('gets every file from the origin alone, and the origin counts each byte once', async () => {
    const before = (await fleet.origin.status()).bytes.uploaded;
    const peers = [['127.0.0.1', fleet.origin.peerPort]] as const;
    const { client, folder } = libtorrent({ tracker: false, peers, settings: TCP_ONLY });
    await eventually('libtorrent has everything', () => client.isFinished());
    await photo().expectFilesIn(folder);
    expect((await fleet.origin.status()).bytes.uploaded - before).toBe(photo().contentBytes);
  }, 90_000);

  it('BEP 52: a client without piece layers asks us for hashes, is given them, and completes by both halves', async () => {
    const peers = [['127.0.0.1', fleet.origin.peerPort]] as const;
    const torrent = await photo().withoutPieceLayers();
    const { client, folder } = libtorrent({ torrent, tracker: false, peers, settings: TCP_ONLY });
    await eventually('libtorrent has everything', () => client.isFinished());
    await photo().expectFilesIn(folder);
    const said = (what: string) => client.log.filter((line) => line.includes(what)).length;
    expect(said('==> HASH_REQUEST')).toBeGreaterThan(0);
    expect(said('<== HASHES')).toBeGreaterThan(0);
    expect(said('<== HASH_REJECT')).toBe(0);
  }, 90_000);
});

describe.skipIf(!hasAria2)(titled('aria2', hasAria2, 'aria2c'), () => {
  it('gets every file over the wire, and zeros for the pad files it asks for', async () => {
    const before = (await fleet.origin.status()).bytes.uploaded;
    const folder = await aria2OverTheWire(fleet.origin);
    await photo().expectFilesIn(folder);
    await expectPadFilesOfZeros(folder);
    expect((await fleet.origin.status()).bytes.uploaded - before).toBeGreaterThanOrEqual(
      photo().contentBytes,
    );
  }, 90_000);

  it('gets every file by the web seed, and zeros for the pad files it asks for', async () => {
    const { client, folder } = aria2(photo().torrent, ['--listen-port=1024-65535']);
    expect((await client.done).output).toContain('(OK):download completed.');
    await photo().expectFilesIn(folder);
    await expectPadFilesOfZeros(folder);
  }, 90_000);
});

describe('with the origin gone and one edge left', () => {
  beforeAll(async () => {
    await fleet.origin.kill('SIGKILL');
  });

  it.skipIf(!hasLibtorrent)(
    titled('libtorrent gets every file from the edge', hasLibtorrent, LIBTORRENT),
    async () => {
      const peers = [['127.0.0.1', edge().peerPort]] as const;
      const { client, folder } = libtorrent({ tracker: false, peers, settings: TCP_ONLY });
      await eventually('libtorrent has everything', () => client.isFinished());
      await photo().expectFilesIn(folder);
    },
    90_000,
  );

  it.skipIf(!hasAria2)(
    titled('aria2 gets every file from the edge', hasAria2, 'aria2c'),
    async () => {
      const folder = await aria2OverTheWire(edge());
      await photo().expectFilesIn(folder);
      await expectPadFilesOfZeros(folder);
    },
    90_000,
  );
});
