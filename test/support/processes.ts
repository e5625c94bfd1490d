/** What the kernel knows of processes that tests start. Linux only, as the tests' machines are. */
import { readFileSync } from 'node:fs';

/** Direct children, dead ones that nobody has collected yet included. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** The most that it ever had in memory. */
export function peakMemoryBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** False for a process that is gone, or dead and only not yet collected by its new parent. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** USER_HZ, the unit of /proc/PID/stat; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Since its start, all threads and the children it has waited for; undefined once it is gone. */
export function cpuSecondsOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in brackets may hold spaces; utime, stime, cutime, cstime are fields 14 to 17 (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/** The same of a process and all its descendants that are alive. */
export function cpuSecondsOfTree(pid: number): number | undefined {
  const own = cpuSecondsOf(pid);
  if (own === undefined) return undefined;
  return childrenIfAlive(pid).reduce((sum, child) => sum + (cpuSecondsOfTree(child) ?? 0), own);
}

function childrenIfAlive(pid: number): number[] {
  try {
    return childrenOf(pid);
  } catch {
    return [];
  }
}
