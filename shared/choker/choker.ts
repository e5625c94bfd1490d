/**
 * Whom to serve: statistics in, the set of unchoked nodes out (BEP 3). Slots are per node and cover all its
 * channels. Most slots go by rank; one goes to a node drawn at random, so that newcomers can show what they
 * give and better partners are found (the optimistic slot). A free slot is given at once: waiting for the
 * round's tick would idle an uplink for up to ten seconds, longer than a small image set takes.
 */
import type { Random } from '../random.ts';
import type { NodeStats, Ranking } from './ranking.ts';

export interface ChokerOptions {
  /** Upload slots in all, the optimistic one among them. */
  readonly slots: number;
}

export interface Unchoked {
  readonly nodes: ReadonlySet<string>;
  /** Who holds the optimistic slot; undefined while everyone interested fits into the others. */
  readonly optimistic: string | undefined;
}

/** One choking round: all slots are given anew, but the optimistic node stays while it is interested. */
export function chokingRound(
  stats: readonly NodeStats[],
  ranking: Ranking,
  optimistic: string | undefined,
  options: ChokerOptions,
  random: Random,
): Unchoked {
  const interested = stats.filter((node) => node.isInterested).sort(ranking);
  const nodes = new Set(interested.slice(0, Math.max(options.slots - 1, 0)).map(({ node }) => node));
  if (interested.length <= nodes.size) return { nodes, optimistic: undefined };
  const keeps = interested.some(({ node }) => node === optimistic) && !nodes.has(optimistic as string);
  const next = keeps ? (optimistic as string) : drawOptimistic(interested, nodes, random);
  nodes.add(next);
  return { nodes, optimistic: next };
}

/** Gives up the optimistic slot and draws its next holder; every 30 s by BEP 3. */
export function rotateOptimistic(
  stats: readonly NodeStats[],
  unchoked: Unchoked,
  random: Random,
): string | undefined {
  const regular = new Set(unchoked.nodes);
  if (unchoked.optimistic !== undefined) regular.delete(unchoked.optimistic);
  const others = stats.filter((node) => node.isInterested && node.node !== unchoked.optimistic);
  const candidates = others.filter(({ node }) => !regular.has(node));
  return candidates.length > 0 ? drawOptimistic(candidates, regular, random) : unchoked.optimistic;
}

/** Nodes to unchoke now because slots are free; the ones in rank order that are still choked. */
export function fillFreeSlots(
  stats: readonly NodeStats[],
  ranking: Ranking,
  options: ChokerOptions,
): readonly string[] {
  const taken = stats.filter((node) => node.isUnchoked && node.isInterested).length;
  const free = options.slots - taken;
  if (free <= 0) return [];
  return stats
    .filter((node) => node.isInterested && !node.isUnchoked)
    .sort(ranking)
    .slice(0, free)
    .map(({ node }) => node);
}

/** A snubbing node is drawn only when there is no other. */
function drawOptimistic(
  candidates: readonly NodeStats[],
  taken: ReadonlySet<string>,
  random: Random,
): string {
  const free = candidates.filter(({ node }) => !taken.has(node));
  const fair = free.filter((node) => !node.isSnubbing);
  const pool = fair.length > 0 ? fair : free;
  return (pool[random.integer(pool.length)] as NodeStats).node;
}
