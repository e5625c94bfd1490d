/**
 * Carries super-seeding out (BEP 16): which node is told of which piece next, by HAVE messages to nodes that were told
 * we had nothing. Only nodes with an upload slot are told anything; oldest torrents first, so that image sets become
 * complete one after the other; and our uplink never waits while there is something that nobody was told of.
 */
import { BLOCK_BYTES, type PieceIndex } from '../units.ts';
import { encodeHave } from '../wire/encode.ts';
import type { Channel } from './channel.ts';
import { nodeChanged } from './choking.ts';
import type { RemoteNode } from './node.ts';
import { Pupil } from './pupil.ts';
import type { EngineState } from './state.ts';
import type { Lesson, SuperSeeder } from './super-seeder.ts';
import type { Torrent } from './torrent.ts';

/** The timer looks no more often than this: its deadlines are guesses anyway. */
const MIN_TICK_MS = 50;

/** The seeder while it is one: with a piece lost, the origin is a node like others until it has it back. */
export function activeSeeder(torrent: Torrent): SuperSeeder | undefined {
  return torrent.isComplete ? torrent.superSeeder : undefined;
}

export function startOffering(state: EngineState, channel: Channel): void {
  const seeder = activeSeeder(channel.torrent);
  if (!seeder || channel.isSeed) return;
  const { node } = channel;
  const pupil = pupilOf(state, node);
  if (!isLearning(node, channel)) pupil.begin();
  node.learnsSince = state.now;
  seeder.join(channel.source, pupil);
  node.untaught.add(channel);
  if (node.isUnchoked) teach(state, node);
  else nodeChanged(state);
  armTimer(state, node);
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
    const owner = state.channels.get(spread.source as Channel['source']);
    if (owner) teach(state, owner.node);
  }
  teach(state, node);
  teachIdle(state);
}

export function pupilLeft(state: EngineState, channel: Channel): void {
  const { torrent, source, node } = channel;
  node.untaught.delete(channel);
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
  for (const channel of channelsOf(node)) {
    const seeder = activeSeeder(channel.torrent);
    if (!seeder) continue;
    for (const lesson of [...seeder.lessonsOf(channel.source)]) {
      if (lesson.hadAt === undefined) seeder.giveUp(lesson);
    }
    if (seeder.hasUntold) teachOthers(state, channel.torrent);
  }
}

/** The node may become a learner, or is one: it deserves a slot before it was told of anything it could want. */
export function isLearning(node: RemoteNode, but?: Channel): boolean {
  if (!node.group.pupil) return false;
  for (const channel of channelsOf(node))
    if (channel !== but && !channel.isSeed && activeSeeder(channel.torrent)) return true;
  return false;
}

/** Gives up on pieces that did not spread in time, and on strictness for nodes that got nothing for too long. */
export function superSeedTimer(state: EngineState): void {
  for (const node of state.nodes.values()) {
    if (!node.group.pupil || !node.isUnchoked) continue;
    giveUpLate(state, node);
    if (stallsAt(state, node) <= state.now && isLearning(node)) node.group.pupil.relax();
    teach(state, node);
  }
  teachIdle(state);
  for (const node of state.nodes.values()) armTimer(state, node);
}

function giveUpLate(state: EngineState, node: RemoteNode): void {
  for (const channel of channelsOf(node)) {
    const seeder = activeSeeder(channel.torrent);
    if (!seeder) continue;
    let isLate = false;
    for (const lesson of [...seeder.lessonsOf(channel.source)]) {
      if (lesson.hadAt === undefined && isQueued(channel, lesson)) lesson.since = state.now;
      if (dueAt(state, lesson) > state.now) continue;
      seeder.giveUp(lesson);
      lesson.pupil.failed(state.now);
      (lesson.hadAt === undefined ? state.fetchTime : state.spreadTime).timedOut();
      isLate = true;
    }
    if (isLate) teachOthers(state, channel.torrent);
  }
}

/** Our own queue is no fault of the node's. */
function isQueued(channel: Channel, { piece }: Lesson): boolean {
  if (channel.link.unsentBytes >= BLOCK_BYTES) return true;
  return [...channel.uploads, ...channel.reading].some((request) => request.piece === piece);
}

function dueAt(state: EngineState, lesson: Lesson): number {
  if (lesson.hadAt !== undefined) return lesson.hadAt + state.spreadTime.timeoutMs;
  return lesson.since + state.fetchTime.timeoutMs;
}

/** When the node will have waited long enough for what others were told. */
function stallsAt(state: EngineState, node: RemoteNode): number {
  const { pupil } = node.group;
  if (!pupil || pupil.awaitedBytes > 0 || pupil.isRelaxed) return Number.POSITIVE_INFINITY;
  const since = Math.max(node.unchokedAt, node.lastHaveAt, node.learnsSince);
  return since + state.options.superSeedStallMs * 2 ** pupil.stalls;
}

/** Tells the node of as many pieces as it may be told of. */
function teach(state: EngineState, node: RemoteNode): void {
  const { pupil } = node.group;
  if (!pupil || !node.isUnchoked) return;
  while (pupil.mayBeTold(state.now) && tellNext(state, node)) {}
  while (pupil.isRelaxed && pupil.hasPipelineRoom && tellAny(state, node)) {
    // One at a time for those that keep what they get.
    if (pupil.isHoarding) pupil.isRelaxed = false;
  }
}

function teachOthers(state: EngineState, torrent: Torrent): void {
  for (const channel of torrent.channels.values()) {
    if (channel.isSeed || !channel.node.group.pupil) continue;
    channel.node.untaught.add(channel);
    teach(state, channel.node);
  }
}

/** Everybody sits on what it got, and nothing is asked of us: the one that spreads best is told of more. */
function teachIdle(state: EngineState): void {
  let best: RemoteNode | undefined;
  for (const node of state.nodes.values()) {
    const { pupil } = node.group;
    if (!pupil || !node.isUnchoked) continue;
    if (pupil.awaitedBytes > 0) return;
    if (node.untaught.size > 0 && (!best || pupil.trustBytes > (best.group.pupil as Pupil).trustBytes))
      best = node;
  }
  if (best) tellNext(state, best);
}

function tellNext(state: EngineState, node: RemoteNode): boolean {
  for (const channel of node.untaught) {
    const { picker } = channel.torrent;
    const availability = (piece: number) => picker.availability(piece);
    const view = { has: channel.has, availability };
    const lesson = activeSeeder(channel.torrent)?.tellNext(channel.source, view, state.now);
    if (lesson) {
      say(state, channel, lesson);
      return true;
    }
    node.untaught.delete(channel);
  }
  return false;
}

function tellAny(state: EngineState, node: RemoteNode): boolean {
  for (const channel of channelsOf(node)) {
    if (channel.isSeed) continue;
    const { picker } = channel.torrent;
    const availability = (piece: number) => picker.availability(piece);
    const view = { has: channel.has, availability };
    const lesson = activeSeeder(channel.torrent)?.tellAny(channel.source, view, state.now);
    if (!lesson) continue;
    say(state, channel, lesson);
    return true;
  }
  return false;
}

function say(state: EngineState, channel: Channel, lesson: Lesson): void {
  state.say(channel, encodeHave(lesson.piece));
  state.timers.setNoLaterThan({ kind: 'superSeed' }, state.now + state.spreadTime.timeoutMs);
  if (channel.link.channelsId !== undefined) return;
  const last = lesson.seeder.tellLast(channel.source, channel.has, state.now);
  if (last) state.say(channel, encodeHave(last.piece));
}

function* channelsOf(node: RemoteNode): Iterable<Channel> {
  for (const link of node.links) yield* link.channels.values();
}

function pupilOf(state: EngineState, { group, isFleet }: RemoteNode): Pupil {
  group.pupil ??= new Pupil(isFleet, state.options.superSeedWindowBytes);
  return group.pupil;
}

function armTimer(state: EngineState, node: RemoteNode): void {
  if (!node.group.pupil || !node.isUnchoked || !isLearning(node)) return;
  const { trustedFrom } = node.group.pupil;
  let at = trustedFrom > state.now ? Math.min(stallsAt(state, node), trustedFrom) : stallsAt(state, node);
  for (const channel of channelsOf(node)) {
    for (const lesson of activeSeeder(channel.torrent)?.lessonsOf(channel.source) ?? [])
      at = Math.min(at, dueAt(state, lesson));
  }
  if (Number.isFinite(at)) {
    state.timers.setNoLaterThan({ kind: 'superSeed' }, Math.max(at, state.now + MIN_TICK_MS));
  }
}
