/** The piece hashes of what log entries publish: what an edge needs beyond an entry to have the set's .torrent. */
import type { SetHashes } from '../../shared/api-types/feed.ts';
import { toHex } from '../../shared/bytes.ts';
import { MAX_SET_HASHES_CHARACTERS } from '../../shared/feed/server-frame.ts';
import { parseEntryBody } from '../../shared/log/codec.ts';
import type { Signed } from '../../shared/log/entry.ts';
import { parseMetainfo } from '../../shared/metainfo/parse.ts';
import { encodePieceHashes } from '../../shared/metainfo/piece-hashes.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import type { InfoHash } from '../../shared/units.ts';

/**
 * @param torrent the .torrent file, while the image is published
 * @returns undefined for an entry that publishes nothing, an image that was purged since, or a set with more hashes
 *   than a frame has room for: that one is fetched as a .torrent
 */
export async function setHashesOf(
  { body }: Signed,
  torrent: (infoHash: InfoHash) => Promise<Uint8Array | undefined>,
): Promise<SetHashes | undefined> {
  const { change } = parseEntryBody(body);
  if (change.type !== 'publish') return undefined;
  const { infoHash } = change.image;
  const bytes = await torrent(infoHash);
  if (bytes === undefined) return undefined;
  const hashes = toHex(encodePieceHashes(parseMetainfo(bytes, nodeHashes)));
  return hashes.length <= MAX_SET_HASHES_CHARACTERS ? { infoHash, hashes } : undefined;
}
