/** Who has an upload slot and makes no use of it. */
import type { RemoteNode } from './node.ts';
import type { EngineState } from './state.ts';

/** Three rounds: a super-seed that tells a node of pieces does so more often. */
const IDLE_MS = 30_000;

/** What waits in our own queue is no fault of the node's. */
export function isIdle(
  { now }: EngineState,
  { isUnchoked, unchokedAt, lastSentAt, queuedUploads }: RemoteNode,
): boolean {
  return isUnchoked && queuedUploads.count === 0 && now - Math.max(unchokedAt, lastSentAt) >= IDLE_MS;
}
