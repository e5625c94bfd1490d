import { readFileSync } from 'node:fs';

/** Linux on x86 and ARM servers; with larger pages the limit is only laxer than meant. */
const PAGE_BYTES = 4_096;

/** Memory a process holds; 0 when it has ended, or where there is no /proc (RLIMIT_DATA still holds there). */
export function residentBytes(pid: number | undefined): number {
  if (pid === undefined) return 0;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return pages * PAGE_BYTES;
  } catch {
    return 0;
  }
}
