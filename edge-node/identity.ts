/** This node's peer id, kept so that the fleet knows a restarted edge as the same one: DATA/peer-id. */
import { join } from 'node:path';
import { toLatin1 } from '../shared/bytes.ts';
import { randomPeerId } from '../shared/node/crypto/identity.ts';
import { type PeerId, parsePeerId } from '../shared/units.ts';
import { readIfThere, writeDurably } from './durable-file.ts';

export async function loadPeerId(dataFolder: string): Promise<PeerId> {
  const path = join(dataFolder, 'peer-id');
  const kept = await readIfThere(path, 64);
  const peerId = kept && parsePeerId(toLatin1(kept).trim());
  if (peerId !== undefined) return peerId;
  const fresh = randomPeerId();
  await writeDurably(path, Buffer.from(`${fresh}\n`));
  return fresh;
}
