/** Does what a host's engine wants done: in virtual time, by the network, the disk and the tracker. */
import type { EngineAction } from '../engine/actions.ts';
import type { EngineInput } from '../engine/inputs.ts';
import { close, sendOn } from './connection.ts';
import type { SimHost } from './host.ts';
import { cancelWebSeedFetch, fetchFromWebSeed } from './web-seed.ts';

type Of<T extends EngineAction['type']> = Extract<EngineAction, { type: T }>;

export function perform(host: SimHost, action: EngineAction): void {
  const { simulation, disk } = host;
  switch (action.type) {
    case 'dial':
      host.counters.dials++;
      return simulation.dial(host, action.torrent, action.address);
    case 'send':
      return sendOn(host, action.link, action.chunks);
    case 'close':
      return close(host, action.link, action.reason);
    case 'hashPiece':
      return hash(host, action);
    case 'writePiece':
      return write(host, action);
    case 'readBlock':
      return later(host, 0, disk.reader(action));
    case 'fetchFromWebSeed':
      return fetchFromWebSeed(host, action);
    case 'cancelWebSeedFetch':
      return cancelWebSeedFetch(host, action.fetch);
    case 'announce':
      simulation.announcing?.(host, action);
      if (action.event === 'stopped') simulation.tracker.leave(host, action.torrent);
      else simulation.announce(host, action.torrent);
      return;
    case 'torrentComplete':
      host.completedAt.set(action.torrent, simulation.events.now);
      return;
    case 'torrentFailed':
      return host.violated('torrent-not-failed', `gave up torrent ${action.torrent}: ${action.code}`);
    case 'nodeBanned':
      host.banned.push(action.peerId);
      return simulation.nodeBanned(host, action.peerId, action.code);
    default:
      return;
  }
}

function hash(host: SimHost, action: Of<'hashPiece'>): void {
  later(host, action.bytes.length, () => host.disk.hash(action));
}

function write(host: SimHost, action: Of<'writePiece'>): void {
  host.disk.take(action);
  later(host, action.bytes.length, () => host.disk.write(action));
}

function later(host: SimHost, bytes: number, work: () => EngineInput): void {
  const { events } = host.simulation;
  const { life } = host;
  const { diskMs } = host.options;
  host.disk.pendingBytes += bytes;
  const run = () => {
    if (life !== host.life || !host.isUp) return;
    host.disk.pendingBytes -= bytes;
    host.input(work());
  };
  if (diskMs) events.at(events.now + diskMs, run);
  else events.soon(run);
}
