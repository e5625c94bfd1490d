/** A stock client that has nothing but the magnet link of the admin API: BEP 9, and BEP 52 for what no info dictionary holds. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeWithOffsets } from '../../shared/bencode/bencode.ts';
import { eventually } from '../support/fleet.ts';
import { usePublishedFleet } from './published-fleet.ts';
import {
  hasAria2,
  hasLibtorrent,
  type Libtorrent,
  type LibtorrentOptions,
  TCP_ONLY,
  titled,
} from './stock-clients.ts';

const { fleet, photo, edge, libtorrent, aria2 } = usePublishedFleet();

describe.skipIf(!hasLibtorrent)(titled('libtorrent', hasLibtorrent, 'python3-libtorrent'), () => {
  const complete = async (more: Partial<LibtorrentOptions>): Promise<Libtorrent> => {
    const { client, folder } = libtorrent({ torrent: photo().image.magnet, ...more });
    await eventually('libtorrent has everything', () => client.isFinished());
    await photo().expectFilesIn(folder);
    return client;
  };

  it('with the link alone: finds the nodes by its tracker, and gets the info dictionary and every file', async () => {
    const client = await complete({ settings: TCP_ONLY });
    expect(client.joined).toMatchObject({
      infoHash: photo().image.infoHash,
      infoHashV2: photo().image.infoHashV2,
    });
  }, 90_000);

  it('of an edge alone, as of an origin that was started anew and has not read the torrent yet', async () => {
    const ofEdge = [['127.0.0.1', edge().peerPort]] as const;
    await complete({ tracker: false, peers: ofEdge, settings: TCP_ONLY });
    const { process, url, peerPort } = fleet.origin;
    process.kill('SIGTERM');
    await fleet.origin.exited;
    await fleet.startOrigin({ port: Number(new URL(url).port), peerPort });
    const ofOrigin = [['127.0.0.1', fleet.origin.peerPort]] as const;
    await complete({ tracker: false, peers: ofOrigin, settings: TCP_ONLY });
  }, 120_000);
});

describe.skipIf(!hasAria2)(titled('aria2', hasAria2, 'aria2c'), () => {
  // Not the files: it takes the info-hash of a hybrid torrent for another (hash-relay.ts), and asks the tracker for that.
  it('with the link alone: gets the info dictionary, byte for byte', async () => {
    const { magnet, infoHash } = photo().image;
    const flags = ['--listen-port=1024-65535', '--bt-metadata-only=true', '--bt-save-metadata=true'];
    const { client, folder } = aria2(magnet, flags);
    const { status, output } = await client.done;
    expect(output).toContain('(OK):download completed.');
    expect(status).toBe(0);
    const saved = await readFile(path.join(folder, `${infoHash}.torrent`));
    expect(infoOf(saved)).toEqual(infoOf(await readFile(photo().torrent)));
  }, 120_000);
});

function infoOf(torrent: Uint8Array): string {
  const { range } = decodeWithOffsets(torrent, { rangeOf: 'info' });
  return Buffer.from(torrent.subarray(range?.startOffset, range?.endOffset)).toString('latin1');
}
