/** An edge that runs, and how it is ended. */
import type { PeerId } from '../shared/units.ts';
import type { Closer } from './closer.ts';

export interface RunningEdge {
  readonly port: number;
  readonly peerPort: number;
  readonly peerId: PeerId;
  /** `/readyz` says no from now on. */
  drain(): void;
  /** The steps of {@link close} by name, in order; each may be given a time of its own. */
  readonly closers: readonly Closer[];
  /** Drains and ends. */
  close(): Promise<void>;
}

/** @param opened in the order in which it was */
export function running(
  opened: readonly Closer[],
  ports: Pick<RunningEdge, 'port' | 'peerPort' | 'peerId'>,
  drain: () => void,
): RunningEdge {
  const closers = [...opened].reverse();
  return {
    ...ports,
    drain,
    closers,
    close: async () => {
      drain();
      for (const [, close] of closers) await close();
    },
  };
}
