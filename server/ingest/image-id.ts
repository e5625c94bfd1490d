import { createHash } from 'node:crypto';
import type { ImageId } from '../../shared/units.ts';

/** The same bytes on the same product are the same image again, on whatever machine. */
export function imageIdOf(productId: string, sourceSha256: Uint8Array): ImageId {
  const digest = createHash('sha256').update(productId).update('\0').update(sourceSha256).digest('hex');
  return digest.slice(0, 24) as ImageId;
}
