/** What a process reads into: bytes that came together are read together. */
import { TURN_BYTES } from './pipe.ts';

/** One read's worth at a time: what arrives is read before anything else arrives. */
let readBuffer = new Uint8Array(4 * TURN_BYTES);

/** What left together arrives in one read, as it does on TCP, so that no decoder has to put messages together. */
export function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  if (readBuffer.length < bytes) readBuffer = new Uint8Array(2 * bytes);
  let at = 0;
  for (const chunk of chunks) {
    readBuffer.set(chunk, at);
    at += chunk.length;
  }
  return readBuffer.subarray(0, bytes);
}
