/** What all feed sessions share. */
import type { FleetAnnounces } from '../tracker/fleet-announces.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { LogView } from './admission.ts';
import type { AdmissionPace } from './admission-pace.ts';
import type { EdgeRegistry } from './edge-registry.ts';
import type { FeedLimits } from './feed-limits.ts';
import type { FeedSession } from './feed-session.ts';
import type { LogBatches } from './log-batches.ts';
import type { OriginFrames } from './origin-frames.ts';
import type { SeatGuard } from './seat-guard.ts';

/** The feed server is one. */
export interface FeedHub {
  readonly log: LogView;
  readonly registry: EdgeRegistry;
  readonly announces: FleetAnnounces | undefined;
  readonly acknowledgements: Pick<Acknowledgements, 'received'> | undefined;
  readonly admissionPace: AdmissionPace;
  readonly batches: LogBatches;
  readonly limits: FeedLimits;
  readonly fleetToken: string | undefined;
  /** Monotonic ms: whoever sets the clock silences no edge. */
  now(): number;
  readonly frames: OriginFrames;
  readonly seats: Pick<SeatGuard, 'judge'>;
  /** A session holds the edge's seat now: an older session of the same edge ends. */
  seated(session: FeedSession): void;
  failed(error: unknown): void;
}
