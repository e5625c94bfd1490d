/** A scenario put on stage: its sets, its hosts, and who is told of whom. */
import type { Random } from '../random.ts';
import type { SetFields } from '../trace/recorder.ts';
import { liar } from './behaviour.ts';
import { makeTorrent, type SimTorrent } from './content.ts';
import type { SimHost } from './host.ts';
import type { HostPlan, Scenario, SetPlan } from './scenario.ts';
import type { Simulation } from './simulation.ts';

const IMAGE_ID_DIGITS = 24;

export function publish(simulation: Simulation, { sets }: Scenario, random: Random): readonly SimTorrent[] {
  return sets.map((plan, i) => {
    const lengths = plan.files.map((file) => file.bytes);
    const torrent = makeTorrent(i, lengths, random, plan.pieceLengthBytes);
    simulation.addTorrent(torrent);
    simulation.recorder?.set(simulation.events.now, fieldsOf(torrent, plan));
    return torrent;
  });
}

function fieldsOf({ infoHash, infoHashV2, geometry }: SimTorrent, plan: SetPlan): SetFields {
  return {
    infoHash,
    imageId: infoHashV2.slice(0, IMAGE_ID_DIGITS),
    name: plan.name,
    bytes: geometry.contentBytes,
    pieceLengthBytes: geometry.pieceLengthBytes,
    pieceCount: geometry.pieceCount,
    files: geometry.files.map((file, i) => ({
      name: plan.files[i]?.name ?? '',
      bytes: file.lengthBytes,
      firstPiece: file.firstPiece,
      pieceCount: file.pieceCount,
    })),
  };
}

/** Adds the host, who joins all sets when its time has come. */
export function addPlannedHost(
  simulation: Simulation,
  scenario: Scenario,
  plan: HostPlan,
  torrents: readonly SimTorrent[],
): SimHost {
  const { name, role, upBytesPerSecond, downBytesPerSecond, latencyMs, joinsAtMs } = plan;
  const host = simulation.addHost({
    name,
    role,
    upBytesPerSecond,
    downBytesPerSecond,
    latencyMs,
    engine: { ...scenario.engine, ...(role === 'freeRider' ? { uploadSlots: 0 } : {}) },
    ...(role === 'liar' ? { behaviour: liar } : {}),
  });
  const { events } = simulation;
  events.at(events.now + joinsAtMs, () => {
    if (host.isUp) joinAll(host, scenario, torrents);
  });
  return host;
}

export function joinAll(host: SimHost, { superSeed }: Scenario, torrents: readonly SimTorrent[]): void {
  const isSeed = host.options.role === 'origin';
  for (const torrent of torrents)
    if (!host.held.has(torrent.infoHash)) host.add(torrent, { isSeed, superSeed: isSeed && superSeed });
}

/** As edges know one another by the feed. */
export function tellFleet({ hosts }: Simulation): void {
  const nodes = hosts
    .filter((host) => host.isUp)
    .map((host) => ({ peerId: host.peerId, isOrigin: host.options.role === 'origin' }));
  for (const host of hosts) host.input({ type: 'fleet', nodes });
}
