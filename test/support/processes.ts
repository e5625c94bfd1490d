/** What the kernel knows of processes that tests start. Linux only, as the tests' machines are. */
import { readFileSync } from 'node:fs';

/** Direct children, dead ones that nobody has collected yet included. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** False for a process that is gone, or dead and only not yet collected by its new parent. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
