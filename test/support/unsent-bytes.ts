/** What the kernel still means to send on a connection (Linux): such bytes leave although no process sends them. */
import { readFile } from 'node:fs/promises';

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');

/** Of the IPv4 connection between these ports of this machine; 0 when there is none. */
export async function unsentBytes(fromPort: number, toPort: number): Promise<number> {
  const rows = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((row) => row.trim().split(/\s+/));
  const row = rows.find(
    ([, local, remote]) => local?.endsWith(`:${hex(fromPort)}`) && remote?.endsWith(`:${hex(toPort)}`),
  );
  return row === undefined ? 0 : Number.parseInt((row[4] as string).split(':')[0] as string, 16);
}
