/** Policies: in which order nodes deserve an upload slot. Plain values in, plain values out. */

export interface NodeStats {
  /** Names the node; the choker answers in these. */
  readonly node: string;
  /** Nodes of one group count together (groups.ts); a node of the fleet is alone in its own. */
  readonly group: string;
  readonly isFleet: boolean;
  /** Others are served first (standing.ts). */
  readonly comesAfter: boolean;
  /** The node wants something we have, on any channel. */
  readonly isInterested: boolean;
  /** Unchoked now. */
  readonly isUnchoked: boolean;
  /** It owed us blocks and sent none for a while (BEP 3 implementations call this anti-snubbing). */
  readonly isSnubbing: boolean;
  /** It has a slot, wants something, and asked for nothing for a while: a super-seed may have told it of nothing. */
  readonly isIdle: boolean;
  /** What it sent us lately, over all channels. */
  readonly receivedBytesPerSecond: number;
  /** What we sent it lately. */
  readonly sentBytesPerSecond: number;
  /** Bytes sent to it since it was last unchoked. */
  readonly sentSinceUnchokeBytes: number;
  readonly unchokedAt: number;
}

/** Compares two interested nodes: negative when `a` goes first. */
export type Ranking = (a: NodeStats, b: NodeStats) => number;

const byStanding: Ranking = (a, b) =>
  Number(a.comesAfter) - Number(b.comesAfter) || Number(b.isFleet) - Number(a.isFleet);

/** For a node that wants something: nodes of the fleet, then who gave most lately (BEP 3, "Choking and optimistic unchoking"). */
export const titForTat: Ranking = (a, b) =>
  byStanding(a, b) ||
  Number(a.isSnubbing) - Number(b.isSnubbing) ||
  b.receivedBytesPerSecond - a.receivedBytesPerSecond ||
  Number(a.isIdle) - Number(b.isIdle);

/**
 * For a node that wants nothing: take turns. Ranking by download rate would hand all slots to whoever asks for
 * most (Adamsky 2014, threat row 13). A node keeps its slot until it got a share, or makes no use of it, then goes behind
 * the others (libtorrent's round robin among seeds' peers).
 */
export function seedRoundRobin(shareBytes: number): Ranking {
  const hadItsTurn = (stats: NodeStats) =>
    stats.isUnchoked && (stats.isIdle || stats.sentSinceUnchokeBytes >= shareBytes);
  return (a, b) =>
    byStanding(a, b) ||
    Number(hadItsTurn(a)) - Number(hadItsTurn(b)) ||
    Number(b.isUnchoked) - Number(a.isUnchoked) ||
    a.unchokedAt - b.unchokedAt;
}
