/**
 * The origin does not wait to be asked (docs/PROTOCOL.md, EC1 to EC5): of a set that was just published it opens a
 * channel to each edge that wants every set, and gives it its share in the same breath.
 */
import { shuffle } from '../random.ts';
import { encodeOpen } from '../wire/channels.ts';
import type { Channel } from './channel.ts';
import { addChannel } from './channels.ts';
import { mayGiveUnchoked } from './giving.ts';
import type { Link, Ready } from './link.ts';
import type { RemoteNode } from './node.ts';
import type { EngineState } from './state.ts';
import { activeSeeder, startOfferingAll } from './super-seeding.ts';
import type { Torrent } from './torrent.ts';

/** EC2: to whom something is given at once; who would have to wait opens a channel itself. */
export function beginChannels(state: EngineState, torrent: Torrent): void {
  if (!activeSeeder(torrent)) return;
  const begun: Channel[] = [];
  for (const node of shuffle([...state.nodes.values()], state.options.random)) {
    if (begun.length >= torrent.geometry.pieceCount) break;
    const link = linkFor(node);
    if (link?.phase.name === 'ready' && mayBegin(state, link, link.phase, torrent))
      begun.push(begin(state, link, link.phase, torrent));
  }
  startOfferingAll(state, begun);
}

function linkFor({ links, isFleet, isOrigin, refusesEarly }: RemoteNode): Link | undefined {
  if (!isFleet || isOrigin || refusesEarly) return undefined;
  for (const link of links) if (link.takesEarly && link.channelsId !== undefined) return link;
  return undefined;
}

function mayBegin(state: EngineState, link: Link, { node, fast }: Ready, torrent: Torrent): boolean {
  const { pupil } = node.group;
  if (pupil && !pupil.mayBeTold(state.now)) return false;
  return mayGiveUnchoked(state, { link, node, torrent, fast });
}

function begin(state: EngineState, link: Link, ready: Ready, torrent: Torrent): Channel {
  const number = link.nextChannelNumber;
  link.nextChannelNumber += 2;
  const channel = addChannel(state, link, ready, number, torrent);
  channel.isUnanswered = true;
  channel.mayTellPieces = false;
  const id = link.channelsId as number;
  state.send(link, encodeOpen(id, number, torrent.infoHash, { type: 'none' }, 'begin'));
  return channel;
}
