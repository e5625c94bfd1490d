/** Carries the super-seeder's offers out: HAVE messages to nodes that were told we had nothing (BEP 16). */
import type { PeerId } from '../units.ts';
import { encodeHave } from '../wire/encode.ts';
import type { Channel } from './channel.ts';
import type { EngineState } from './state.ts';
import type { SuperSeeder } from './super-seeder.ts';
import type { Torrent } from './torrent.ts';

/** The seeder while it is one: with a piece lost, the origin is a node like others until it has it back. */
export function activeSeeder(torrent: Torrent): SuperSeeder | undefined {
  return torrent.isComplete ? torrent.superSeeder : undefined;
}

/** Any node may claim to be complete: so many claims are believed, since one source is as good as a thousand. */
const MAX_COMPLETE_NODES = 1_000;

export function rememberComplete(torrent: Torrent, peerId: PeerId): void {
  if (torrent.completeNodes.size < MAX_COMPLETE_NODES) torrent.completeNodes.add(peerId);
}

export function startOffering(state: EngineState, channel: Channel): void {
  const seeder = activeSeeder(channel.torrent);
  if (!seeder) return;
  // Whoever comes back may have lost something; at any rate it is no source for itself.
  channel.torrent.completeNodes.delete(channel.node.peerId);
  seeder.join(channel.source, state.now);
  offer(state, channel, seeder);
}

/** The node's first message. An edge that restarts has most pieces: those it was offered before it could say so. */
export function pupilIntroduced(state: EngineState, channel: Channel): void {
  const seeder = activeSeeder(channel.torrent);
  if (!seeder) return;
  seeder.hadBefore(channel.source, channel.has);
  offer(state, channel, seeder);
}

/** The node has a piece now: its window moves on. */
export function pupilHas(state: EngineState, channel: Channel, piece: number): void {
  const seeder = activeSeeder(channel.torrent);
  if (!seeder) return;
  seeder.had(channel.source, piece);
  if (channel.isSeed) rememberComplete(channel.torrent, channel.node.peerId);
  else offer(state, channel, seeder);
}

export function pupilLeft(state: EngineState, channel: Channel): void {
  const { torrent, source } = channel;
  torrent.superSeeder?.leave(source, (piece) => torrent.picker.availability(piece));
  const seeder = activeSeeder(torrent);
  if (!seeder) return;
  for (const other of torrent.channels.values()) offer(state, other, seeder);
}

/** Looks for nodes that got nothing for too long, and drops strictness for them. */
export function superSeedTimer(state: EngineState, torrent: Torrent): void {
  const seeder = activeSeeder(torrent);
  if (!seeder) return;
  for (const channel of torrent.channels.values()) {
    if (channel.isSeed) continue;
    if (stallsAt(state, channel, seeder) <= state.now) seeder.relax(channel.source);
    offer(state, channel, seeder);
  }
}

function offer(state: EngineState, channel: Channel, seeder: SuperSeeder): void {
  if (channel.isSeed) return;
  const { torrent, source } = channel;
  const others = torrent.channels.size - 1 + torrent.completeNodes.size;
  const offers = seeder.offer(source, {
    has: channel.has,
    hasOtherSources: others > 0,
    wantsLastTogether: channel.link.channelsId === undefined,
    availability: (piece) => torrent.picker.availability(piece),
  });
  for (const piece of offers) state.say(channel, encodeHave(piece));
  const nextAt = stallsAt(state, channel, seeder);
  if (Number.isFinite(nextAt)) {
    const at = Math.max(nextAt, state.now + 1);
    state.timers.setNoLaterThan({ kind: 'superSeed', torrent: torrent.infoHash }, at);
  }
}

function stallsAt(state: EngineState, channel: Channel, seeder: SuperSeeder): number {
  return seeder.stallsAt(channel.source, channel.node.lastHaveAt, state.options.superSeedStallMs);
}
