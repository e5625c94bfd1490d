/** What a swarm node is built from besides its flags. */

import type { EngineAction } from '../engine/actions.ts';
import type { EngineTunables } from '../engine/options.ts';
import type { PieceStore } from './store/piece-store.ts';

/** A pino logger fits. */
export interface NodeLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type AnnounceAction = Extract<EngineAction, { readonly type: 'announce' }>;

export interface SwarmNodeParts {
  readonly store: PieceStore;
  readonly log: NodeLog;
  /**
   * Origins (`https://shop.example`, scheme, host and port) that may be asked for pieces and announced to; a
   * torrent that names others gets nothing from them (threat row 25).
   */
  readonly trustedOrigins: readonly string[];
  /** Announce to any tracker that a torrent names: for a client of public swarms. Default false. */
  readonly announceAnywhere?: boolean;
  /**
   * Takes an announce of the engine that need not go to an HTTP tracker: true when it did, and the torrent is not
   * announced again until {@link SwarmNode.announceAgain}. Announces that are left to HTTP go out at a gentle pace.
   */
  readonly announceElsewhere?: (action: AnnounceAction) => boolean;
  /** What a web seed is asked by, of its plain address: a signed one. Default: the same. */
  readonly signWebSeed?: ((url: URL) => URL) | undefined;
  /** A broken invariant of our own: the node has stopped, and the process should end. */
  readonly onFatal: (error: unknown) => void;
  /** How long a reader waits without any of its pieces coming. Default 15,000. */
  readonly readerPatienceMs?: number;
  readonly tunables?: Partial<EngineTunables>;
}
