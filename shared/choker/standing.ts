/**
 * Who is served first on an uplink that does not suffice for all. Slots alone cannot say that in a small swarm, where
 * there are more slots than nodes: whoever gives nothing would get as much as the others (threat row 13).
 */
import { BLOCK_BYTES } from '../units.ts';

export interface Standing {
  readonly isFleet: boolean;
  /** We belong to a fleet: everybody else is a stranger here. */
  readonly hasFleet: boolean;
  /** We want something ourselves, so that others can give. */
  readonly isLeeching: boolean;
  /** Bytes lately, over all nodes of its group. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** It got pieces from us, a super-seed, and nobody else ever saw them. */
  readonly isHoarding: boolean;
}

/** What a newcomer gets on trust: so much that it has something to give. */
const TRUST_BYTES = 6 * BLOCK_BYTES;
/** Below an eighth of what it got a node is a free rider; honest ones are seldom below a half for long. */
const LEAST_RETURN = 1 / 8;

/** What serves ends that come first leaves is theirs, and `AFTER_SHARE` of the uplink in any case. */
export function comesAfter(standing: Standing): boolean {
  if (standing.isHoarding || (standing.hasFleet && !standing.isFleet)) return true;
  const { isLeeching, sentBytes, receivedBytes } = standing;
  return isLeeching && sentBytes > TRUST_BYTES && receivedBytes < sentBytes * LEAST_RETURN;
}

/** Not nothing: a node that is wrongly ranked must be able to show what it gives. */
export const AFTER_SHARE = 1 / 32;
