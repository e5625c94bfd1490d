/** The end of an edge's log, and what came since it was read last. */
import { type FileHandle, open } from 'node:fs/promises';
import type { DemoLog } from '../../../shared/api-types/demo.ts';

/** Some three hundred lines: what a page shows. More that came between two questions is left out. */
const READ_MAX_BYTES = 65_536;
const NEW_LINE = 0x0a;
const NOTHING: DemoLog = { text: '', nextByte: 0 };

/** @param from where the last answer ended; 0: nowhere. A log that is shorter was begun anew. */
export async function readEdgeLog(file: string, from: number): Promise<DemoLog> {
  let handle: FileHandle;
  try {
    handle = await open(file);
  } catch {
    // Not started yet.
    return NOTHING;
  }
  try {
    const { size } = await handle.stat();
    const known = from <= size ? from : 0;
    const start = Math.max(known, size - READ_MAX_BYTES);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return wholeLines(buffer.subarray(0, bytesRead), start, start !== known);
  } finally {
    await handle.close();
  }
}

/** A line that is being written is left for the next time; the rest of one that was cut is left out. */
function wholeLines(bytes: Buffer, start: number, isCut: boolean): DemoLog {
  const first = isCut ? bytes.indexOf(NEW_LINE) + 1 : 0;
  const end = bytes.lastIndexOf(NEW_LINE) + 1;
  return { text: bytes.toString('utf8', first, Math.max(first, end)), nextByte: start + end };
}
