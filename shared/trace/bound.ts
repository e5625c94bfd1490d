/**
 * Least time in which one seed can hand a file to all hosts, when every bit may be split at will: Kumar and Ross,
 * "Peer-Assisted File Distribution: The Minimum Distribution Time" (HOTWEB 2006), theorem 1.
 */
export interface FluidSwarm {
  readonly fileBytes: number;
  readonly seedUpBytesPerSecond: number;
  readonly hosts: readonly { readonly upBytesPerSecond: number; readonly downBytesPerSecond: number }[];
}

export function kumarRossSeconds({ fileBytes, seedUpBytesPerSecond, hosts }: FluidSwarm): number {
  const slowestDown = Math.min(...hosts.map((host) => host.downBytesPerSecond));
  const wholeUp = hosts.reduce((sum, host) => sum + host.upBytesPerSecond, seedUpBytesPerSecond);
  return Math.max(
    fileBytes / seedUpBytesPerSecond,
    fileBytes / slowestDown,
    (hosts.length * fileBytes) / wholeUp,
  );
}
