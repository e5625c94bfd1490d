/**
 * Carries super-seeding out (BEP 16): what becomes of it when nodes come, get slots, have pieces and leave. Whom we
 * tell of what next is super-teaching.ts, and what happens when time runs out super-deadlines.ts. A node may be in
 * hundreds of torrents and few of its lessons are open: only those are walked, and never its channels.
 */
import type { PieceIndex } from '../units.ts';
import type { Channel } from './channel.ts';
import { nodeChanged } from './choking.ts';
import type { RemoteNode } from './node.ts';
import { Pupil } from './pupil.ts';
import type { EngineState } from './state.ts';
import { armTimer } from './super-deadlines.ts';
import type { SuperSeeder } from './super-seeder.ts';
import {
  lessonChannel,
  taughtTorrent,
  teach,
  teachIdle,
  teachInTurns,
  teachOthers,
} from './super-teaching.ts';
import type { Torrent } from './torrent.ts';

/**
 * More is told when the first is had. A queue of 256 KiB on the way would drop some of a whole set, and TCP, which sends
 * ten packets at first (RFC 6928), would bring the last edge its first piece when the first edge has all of its own.
 */
const FIRST_BURST_BYTES = 160 << 10;

/** The seeder while it is one: with a piece lost, the origin is a node like others until it has it back. */
export function activeSeeder(torrent: Torrent): SuperSeeder | undefined {
  return torrent.isComplete ? torrent.superSeeder : undefined;
}

export function startOffering(state: EngineState, channel: Channel): void {
  if (!enrol(state, channel)) return;
  const { node } = channel;
  if (node.isUnchoked) teach(state, node);
  armTimer(state, node);
}

/** Of a set that was just published: each its first piece before anybody a second one. */
export function startOfferingAll(state: EngineState, channels: readonly Channel[]): void {
  const enrolled = channels.filter((channel) => enrol(state, channel));
  const nodes = enrolled.flatMap(({ node }) => (node.isUnchoked ? [node] : []));
  teachInTurns(state, nodes, FIRST_BURST_BYTES);
  for (const { node } of enrolled) armTimer(state, node);
}

/** @returns whether it is new there */
function enrol(state: EngineState, channel: Channel): boolean {
  const { node } = channel;
  const seeder = activeSeeder(channel.torrent);
  if (!seeder || channel.isSeed || node.learning.has(channel)) return false;
  const pupil = pupilOf(state, node);
  if (!isLearning(node)) pupil.begin();
  node.learning.add(channel);
  node.learnsSince = state.now;
  seeder.join(channel.source, pupil, node.lessons);
  node.untaught.add(channel);
  if (!node.isUnchoked) nodeChanged(state);
  return true;
}

/** The node's first message. An edge that restarts has most pieces: those it was offered before it could say so. */
export function pupilIntroduced(state: EngineState, channel: Channel): void {
  const seeder = activeSeeder(channel.torrent);
  if (!seeder) return;
  seeder.hadBefore(channel.source, channel.has);
  teach(state, channel.node);
}

/** The node has a piece now. If another was told of it, the piece is spread: both may be told of more. */
export function pupilHas(state: EngineState, channel: Channel, piece: PieceIndex): void {
  const { torrent, node, source } = channel;
  const seeder = activeSeeder(torrent);
  if (!seeder) return;
  const own = seeder.lessonOf(piece);
  if (own?.source === source && own.hadAt === undefined) {
    const tookMs = state.now - own.toldAt;
    state.fetchTime.seen(tookMs);
    own.pupil.fetched(own.bytes, tookMs, !own.pupil.hasPipelineRoom);
  }
  const spread = seeder.had(source, piece, state.now, torrent.picker.availability(piece));
  if (spread?.hadAt !== undefined) {
    spread.pupil.spread(spread.bytes);
    state.spreadTime.seen(state.now - spread.hadAt);
    const owner = lessonChannel(state, spread);
    if (owner) teach(state, owner.node);
  }
  teach(state, node);
  teachIdle(state);
}

/**
 * A node of the fleet that has everything, of which others are still to report what it alone was told: that counts for
 * it, so the channel stays until it is quiet (CH10). Whoever was last once would else never be trusted again.
 */
export function isSpreading({ torrent, source, node, link }: Channel): boolean {
  if (!node.isFleet || link.channelsId === undefined) return false;
  return activeSeeder(torrent)?.hasLessons(source) ?? false;
}

export function pupilLeft(state: EngineState, channel: Channel): void {
  const { torrent, source, node } = channel;
  node.untaught.delete(channel);
  node.learning.delete(channel);
  torrent.superSeeder?.leave(source, (piece) => torrent.picker.availability(piece));
  const seeder = activeSeeder(torrent);
  if (!seeder) return;
  teachOthers(state, torrent);
}

/** A node got an upload slot. */
export function pupilUnchoked(state: EngineState, node: RemoteNode): void {
  teach(state, node);
  armTimer(state, node);
}

/** It lost the slot: what it has not had yet it cannot get now. */
export function pupilChoked(state: EngineState, node: RemoteNode): void {
  const torrents = new Set<Torrent>();
  for (const lesson of node.lessons) {
    const torrent = taughtTorrent(state, lesson);
    if (!torrent || lesson.hadAt !== undefined) continue;
    lesson.seeder.giveUp(lesson);
    torrents.add(torrent);
  }
  for (const torrent of torrents) teachOthers(state, torrent);
}

/** The node may become a learner, or is one: it deserves a slot before it was told of anything it could want. */
export function isLearning(node: RemoteNode): boolean {
  if (!node.group.pupil) return false;
  for (const channel of node.learning) if (!channel.isSeed && activeSeeder(channel.torrent)) return true;
  return false;
}

function pupilOf(state: EngineState, { group, isFleet }: RemoteNode): Pupil {
  group.pupil ??= new Pupil(isFleet, state.options.superSeedWindowBytes);
  return group.pupil;
}
