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
  /** So many of them for strangers, while nodes of the fleet are there (threat row 1). Default: all. */
  readonly strangerSlots?: number;
  /** So many of them go to nodes drawn at random: 1, the default, or 0. */
  readonly optimisticSlots?: number;
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
  const table = new Table(stats, options);
  const { optimisticSlots = 1 } = options;
  for (const node of interested) if (table.size < options.slots - optimisticSlots) table.seat(node);
  const others = interested.filter((node) => !table.nodes.has(node.node) && table.admits(node));
  if (others.length === 0 || options.slots <= 0 || optimisticSlots === 0)
    return { nodes: table.nodes, optimistic: undefined };
  const keeps = others.find(({ node }) => node === optimistic);
  const next = keeps ?? drawOptimistic(others, random);
  table.seat(next);
  return { nodes: table.nodes, optimistic: next.node };
}

/** Gives up the optimistic slot and draws its next holder; every 30 s by BEP 3. */
export function rotateOptimistic(
  stats: readonly NodeStats[],
  unchoked: Unchoked,
  options: ChokerOptions,
  random: Random,
): string | undefined {
  if (options.optimisticSlots === 0) return undefined;
  const table = new Table(stats, options);
  for (const node of stats)
    if (unchoked.nodes.has(node.node) && node.node !== unchoked.optimistic) table.seat(node);
  const candidates = stats.filter(
    (node) =>
      node.isInterested &&
      node.node !== unchoked.optimistic &&
      !table.nodes.has(node.node) &&
      table.admits(node),
  );
  return candidates.length > 0 ? drawOptimistic(candidates, random).node : unchoked.optimistic;
}

/** Nodes to unchoke now because slots are free; the ones in rank order that are still choked. */
export function fillFreeSlots(
  stats: readonly NodeStats[],
  ranking: Ranking,
  options: ChokerOptions,
): readonly string[] {
  const table = new Table(stats, options);
  for (const node of stats) if (node.isUnchoked && node.isInterested) table.seat(node);
  if (table.size >= options.slots) return [];
  const choked = stats.filter((node) => node.isInterested && !node.isUnchoked).sort(ranking);
  const chosen: string[] = [];
  for (const node of choked) {
    if (table.size >= options.slots) break;
    if (table.seat(node)) chosen.push(node.node);
  }
  return chosen;
}

/** Nodes of one group that may have slots at the same time. */
const SLOTS_PER_GROUP = 1;

/** The slots: who has one, and whether another of its kind may. */
class Table {
  readonly nodes = new Set<string>();
  readonly #groups = new Map<string, number>();
  readonly #strangerSlots: number;
  #strangers = 0;

  constructor(stats: readonly NodeStats[], { slots, strangerSlots }: ChokerOptions) {
    const hasFleet = stats.some((node) => node.isFleet && node.isInterested);
    this.#strangerSlots = hasFleet ? (strangerSlots ?? slots) : slots;
  }

  get size(): number {
    return this.nodes.size;
  }

  admits(node: NodeStats): boolean {
    if (node.isFleet) return true;
    return this.#strangers < this.#strangerSlots && (this.#groups.get(node.group) ?? 0) < SLOTS_PER_GROUP;
  }

  seat(node: NodeStats): boolean {
    if (!this.admits(node)) return false;
    this.nodes.add(node.node);
    this.#groups.set(node.group, (this.#groups.get(node.group) ?? 0) + 1);
    if (!node.isFleet) this.#strangers++;
    return true;
  }
}

/** One group, one lot; and a snubbing node is drawn only when there is no other. */
function drawOptimistic(candidates: readonly NodeStats[], random: Random): NodeStats {
  const fair = candidates.filter((node) => !node.isSnubbing);
  const pool = fair.length > 0 ? fair : candidates;
  const groups = [...new Set(pool.map(({ group }) => group))];
  const group = groups[random.integer(groups.length)];
  const members = pool.filter((node) => node.group === group);
  return members[random.integer(members.length)] as NodeStats;
}
