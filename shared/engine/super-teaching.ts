/**
 * Which node is told of which piece next, by HAVE messages to nodes that were told we had nothing (BEP 16). Only nodes
 * with an upload slot are told anything; oldest torrents first, so that image sets become complete one after the
 * other; and our uplink never waits while there is something that nobody was told of.
 */

import type { PieceIndex } from '../units.ts';
import { encodeHave } from '../wire/encode.ts';
import type { Channel } from './channel.ts';
import { give, mayGive } from './giving.ts';
import type { RemoteNode } from './node.ts';
import type { Pupil } from './pupil.ts';
import type { EngineState } from './state.ts';
import type { Lesson } from './super-lessons.ts';
import type { LearnerView, SuperSeeder } from './super-seeder.ts';
import { activeSeeder } from './super-seeding.ts';
import type { Torrent } from './torrent.ts';

/**
 * So long a share is kept for edges that did not join yet: they hear of a set at the same moment, and are tens of
 * milliseconds apart (measured over shaped links, eight edges on two cores).
 */
const SHARE_MS = 100;
/**
 * After each question of a reader's. In virtual time (test/sim/rollout.ts) 300 ms help readers no more, and a second makes
 * the catalog a fifth later.
 */
const READERS_MS = 150;

/** Tells the node of as many pieces as it may be told of. */
export function teach(state: EngineState, node: RemoteNode): void {
  const { pupil } = node.group;
  if (!pupil || !node.isUnchoked) return;
  while (mayBeTold(state, pupil) && tellNext(state, node, true)) {}
  while (pupil.isRelaxed && pupil.hasPipelineRoom && tellAny(state, node)) {
    // One at a time for those that keep what they get.
    if (pupil.isHoarding) pupil.isRelaxed = false;
  }
}

/** Our uplink is the readers' first (RW4). */
function mayBeTold(state: EngineState, pupil: Pupil): boolean {
  if (!pupil.mayBeTold(state.now)) return false;
  const readersUntil = state.readerAskedAt + READERS_MS;
  if (state.now >= readersUntil || pupil.hasRoomBesideReaders) return true;
  state.timers.setNoLaterThan({ kind: 'superSeed' }, readersUntil);
  return false;
}

/** A piece each, and then one more each until they were told of so much: who has a piece soon can pass it on. */
export function teachInTurns(state: EngineState, nodes: readonly RemoteNode[], burstBytes: number): void {
  let left = nodes.filter((node) => tellNext(state, node, true));
  const isBursting = () =>
    nodes.reduce((sum, { group }) => sum + (group.pupil?.awaitedBytes ?? 0), 0) < burstBytes;
  const isTaught = (node: RemoteNode) =>
    isBursting() && node.group.pupil?.mayBeTold(state.now) === true && tellNext(state, node, true);
  while (left.length > 0) left = left.filter(isTaught);
}

export function teachOthers(state: EngineState, torrent: Torrent): void {
  for (const channel of torrent.channels.values()) {
    if (channel.isSeed || !channel.node.group.pupil) continue;
    channel.node.untaught.add(channel);
    teach(state, channel.node);
  }
}

/** Everybody sits on what it got, and nothing is asked of us: the one that spreads best is told of more. */
export function teachIdle(state: EngineState): void {
  let best: RemoteNode | undefined;
  for (const node of state.nodes.values()) {
    const { pupil } = node.group;
    if (!pupil || !node.isUnchoked) continue;
    if (pupil.awaitedBytes > 0) return;
    if (node.untaught.size > 0 && (!best || pupil.trustBytes > (best.group.pupil as Pupil).trustBytes))
      best = node;
  }
  if (best) tellNext(state, best, false);
}

/** @param isShared each node its share first, of sets that are given */
function tellNext(state: EngineState, node: RemoteNode, isShared: boolean): boolean {
  for (const channel of node.untaught) {
    const seeder = activeSeeder(channel.torrent);
    if (isShared && seeder && hasShare(state, channel, seeder)) continue;
    const lesson = seeder?.tellNext(channel.source, viewOf(channel), state.now);
    if (lesson) {
      say(state, channel, lesson);
      return true;
    }
    node.untaught.delete(channel);
  }
  return false;
}

/** What a node is given it sends to all others: with more than its share it would be the last to be done. */
function hasShare(state: EngineState, channel: Channel, seeder: SuperSeeder): boolean {
  const { torrent, node, source } = channel;
  const { contentBytes } = torrent.geometry;
  if (!node.isFleet || contentBytes > state.options.giftSetBytes) return false;
  const sharedUntil = (seeder.begunAt ?? state.now) + SHARE_MS;
  if (state.now >= sharedUntil) return false;
  let edges = 0;
  for (const { isFleet, isOrigin } of state.nodes.values()) if (isFleet && !isOrigin) edges++;
  if (!seeder.hasShare(source, contentBytes / edges, edges)) return false;
  state.timers.setNoLaterThan({ kind: 'superSeed' }, sharedUntil);
  return true;
}

function tellAny(state: EngineState, node: RemoteNode): boolean {
  for (const channel of node.learning) {
    if (channel.isSeed) continue;
    const lesson = activeSeeder(channel.torrent)?.tellAny(channel.source, viewOf(channel), state.now);
    if (!lesson) continue;
    say(state, channel, lesson);
    return true;
  }
  return false;
}

function viewOf({ has, torrent: { picker } }: Channel): LearnerView {
  return { has, availability: (piece) => picker.availability(piece) };
}

function say(state: EngineState, channel: Channel, lesson: Lesson): void {
  // Told again, a piece may long be there: word of it takes its time.
  if (lesson.isFirst && mayGive(state, channel)) give(state, channel, lesson.piece as PieceIndex);
  else state.say(channel, encodeHave(lesson.piece));
  state.timers.setNoLaterThan({ kind: 'superSeed' }, state.now + state.spreadTime.timeoutMs);
  if (channel.link.channelsId !== undefined) return;
  const last = lesson.seeder.tellLast(channel.source, channel.has, state.now);
  if (last) state.say(channel, encodeHave(last.piece));
}

export function lessonChannel(state: EngineState, { source }: Lesson): Channel | undefined {
  return state.channels.get(source as Channel['source']);
}

/** The torrent of a lesson, while it is super-seeded. */
export function taughtTorrent(state: EngineState, lesson: Lesson): Torrent | undefined {
  const torrent = lessonChannel(state, lesson)?.torrent;
  return torrent && activeSeeder(torrent) ? torrent : undefined;
}
