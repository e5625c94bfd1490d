import { toHex } from '../../shared/bytes.ts';
import { rootOfPieceLayer } from '../../shared/metainfo/merkle.ts';
import { leavesOf } from '../../shared/node/hashing/leaves.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import { BLOCK_BYTES } from '../../shared/units.ts';

/** The BEP 52 root of a file with this content. */
export function rootOf(bytes: Uint8Array): string {
  return toHex(rootOfPieceLayer(leavesOf(bytes), BLOCK_BYTES, nodeHashes.sha256));
}
