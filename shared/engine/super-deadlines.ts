/**
 * Deadlines of super-seeding: a piece that is not had or does not spread in time is told to somebody else, and a node
 * that gets nothing for too long is told of what others were told, too.
 */
import { BLOCK_BYTES } from '../units.ts';
import type { RemoteNode } from './node.ts';
import type { EngineState } from './state.ts';
import type { Lesson } from './super-lessons.ts';
import { isLearning } from './super-seeding.ts';
import { lessonChannel, taughtTorrent, teach, teachIdle, teachOthers } from './super-teaching.ts';
import type { Torrent } from './torrent.ts';

/** The timer looks no more often than this: its deadlines are guesses anyway. */
const MIN_TICK_MS = 50;

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

/** The timer looks again when the first of the node's deadlines is over. */
export function armTimer(state: EngineState, node: RemoteNode): void {
  const { pupil } = node.group;
  if (!pupil || !node.isUnchoked || !isLearning(node)) return;
  let at = stallsAt(state, node);
  if (pupil.trustedFrom > state.now) at = Math.min(at, pupil.trustedFrom);
  for (const lesson of node.lessons) {
    const dueMs = dueAt(state, lesson);
    if (dueMs < at && taughtTorrent(state, lesson)) at = dueMs;
  }
  if (Number.isFinite(at)) {
    state.timers.setNoLaterThan({ kind: 'superSeed' }, Math.max(at, state.now + MIN_TICK_MS));
  }
}

function giveUpLate(state: EngineState, node: RemoteNode): void {
  const torrents = new Set<Torrent>();
  for (const lesson of node.lessons) {
    if (lesson.hadAt === undefined && isQueued(state, lesson)) lesson.since = state.now;
    if (dueAt(state, lesson) > state.now) continue;
    const torrent = taughtTorrent(state, lesson);
    if (!torrent) continue;
    lesson.seeder.giveUp(lesson);
    lesson.pupil.failed(state.now);
    (lesson.hadAt === undefined ? state.fetchTime : state.spreadTime).timedOut();
    torrents.add(torrent);
  }
  for (const torrent of torrents) teachOthers(state, torrent);
}

/** Our own queue is no fault of the node's. */
function isQueued(state: EngineState, lesson: Lesson): boolean {
  const channel = lessonChannel(state, lesson);
  if (!channel) return false;
  if (channel.link.unsentBytes >= BLOCK_BYTES) return true;
  for (const { piece } of channel.uploads) if (piece === lesson.piece) return true;
  return channel.reading.some(({ piece }) => piece === lesson.piece);
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
