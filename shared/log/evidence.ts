/** Signed texts that a reader keeps because they prove something: the highest log it knows, or two logs of one key. */
import { hashBody, parseEntryBody, parseHeadBody } from './codec.ts';
import type { LogCrypto, Signed } from './entry.ts';

export interface Evidence {
  readonly kind: 'head' | 'entry';
  readonly signed: Signed;
}

/** Two signed histories that cannot both be true. */
export interface ForkProof {
  /** Where they differ, or where the shorter one ends. */
  readonly number: number;
  /** The highest the reader had verified; undefined when it had seen no head: its own log is the proof then. */
  readonly ours: Evidence | undefined;
  readonly theirs: Evidence;
}

/** What a piece of evidence says. */
export interface Claim {
  readonly number: number;
  readonly hash: string;
  readonly timeMs: number;
  /** Until when it vouches that nothing newer was published; an entry vouches for no time. */
  readonly validUntilMs: number;
}

/** @throws PeerError `log_body_invalid` */
export function claimOf(evidence: Evidence, crypto: LogCrypto): Claim {
  const { body } = evidence.signed;
  if (evidence.kind === 'head') {
    const { head, hash, timeMs, validMs } = parseHeadBody(body);
    return { number: head, hash, timeMs, validUntilMs: timeMs + validMs };
  }
  const { number, timeMs } = parseEntryBody(body);
  return { number, hash: hashBody(body, crypto), timeMs, validUntilMs: Number.NEGATIVE_INFINITY };
}
