import { expect, it } from 'vitest';
import type { EngineInput } from '../../../shared/engine/inputs.ts';
import type { Metainfo } from '../../../shared/metainfo/metainfo.ts';
import { MetadataActions } from '../../../shared/node/swarm-node-metadata.ts';
import { HostedTorrent, TorrentTotals } from '../../../shared/node/swarm-node-torrent.ts';
import type { LinkId } from '../../../shared/units.ts';
import { makeRandomTorrent } from '../../support/random-torrent.ts';
import { SEED } from '../../support/swarm-nodes.ts';
import { tempDirectory } from '../../support/temp-directory.ts';

const made = async (sizes: readonly number[]): Promise<Metainfo> =>
  (await makeRandomTorrent(tempDirectory(), sizes)).metainfo;

async function infoReadWith(
  metainfo: Metainfo,
  load: () => Promise<Metainfo>,
  isHere = true,
): Promise<Uint8Array | undefined> {
  const { infoHash, infoHashV2, name, files, geometry } = metainfo;
  const outline = { infoHash, infoHashV2, name, files, geometry, load };
  const torrent = HostedTorrent.stored(outline, SEED, new TorrentTotals());
  const answer = await new Promise<EngineInput>((resolve) => {
    const log = { warn: () => {} } as never;
    new MetadataActions({ log, feed: resolve, torrent: () => (isHere ? torrent : undefined) }).readMetadata({
      type: 'readMetadata',
      link: 1 as LinkId,
      torrent: infoHash,
      piece: 0,
    });
  });
  if (answer.type !== 'metadataRead') throw new Error('another answer');
  return answer.info;
}

it('BEP 9: of a torrent that lies whole on disk the info dictionary is read when somebody asks', async () => {
  const metainfo = await made([70_000, 16_000, 40_001]);
  expect(await infoReadWith(metainfo, async () => metainfo)).toEqual(metainfo.infoBytes);
});

it('what cannot be read, is of another length than was told, or is of no torrent here, is no answer', async () => {
  const metainfo = await made([70_000, 16_000, 40_001]);
  const other = await made([70_000]);
  expect(await infoReadWith(metainfo, () => Promise.reject(new Error('gone')))).toBeUndefined();
  expect(await infoReadWith(metainfo, async () => other)).toBeUndefined();
  expect(await infoReadWith(metainfo, async () => metainfo, false)).toBeUndefined();
});
