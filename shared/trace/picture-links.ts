/** Links and channels; who chokes whom, and who wants something of whom. */
import { Flow } from './flow.ts';
import { ownEnd } from './own.ts';
import { type ChannelPicture, type End, type Picture, pairOf } from './picture.ts';
import { dueGone } from './picture-blocks.ts';
import type { RecordOf } from './record.ts';

export function linkOpened(picture: Picture, { t, node, link, direction }: RecordOf<'linkOpened'>): void {
  picture.ends.set(link, {
    owner: picture.owner,
    link,
    node,
    peer: undefined,
    direction,
    openedAt: t,
    isReady: false,
    amChoking: true,
    isChokedBy: true,
    isSnubbed: false,
    channels: new Map(),
    due: new Map(),
    sent: new Flow(),
    received: new Flow(),
  });
}

export function linkReady(picture: Picture, { node, link, peer }: RecordOf<'linkReady'>): void {
  const end = ownEnd(picture, link);
  if (!end) return;
  // Told again, it leads to a node that was taken for another one.
  forgetPair(picture, end);
  end.peer = peer;
  end.isReady = true;
  picture.endOfPair.set(pairOf(node, peer), link);
}

export function forgetEnd(picture: Picture, end: End): void {
  picture.ends.delete(end.link);
  for (const due of end.due.values()) dueGone(picture, end.node, due);
  forgetPair(picture, end);
}

/** Of two links between the same nodes the other may have become the one that counts. */
function forgetPair(picture: Picture, end: End): void {
  if (end.peer === undefined) return;
  const pair = pairOf(end.node, end.peer);
  if (picture.endOfPair.get(pair) === end.link) picture.endOfPair.delete(pair);
}

export function channelOpened(picture: Picture, { link, set, channel }: RecordOf<'channelOpened'>): void {
  const opened: ChannelPicture = { set, number: channel, amInterested: false, isInterested: false };
  ownEnd(picture, link)?.channels.set(set, opened);
}

export function channelClosed(picture: Picture, { link, set }: RecordOf<'channelClosed'>): void {
  const end = ownEnd(picture, link);
  if (!end) return;
  end.channels.delete(set);
  for (const [key, due] of end.due) {
    if (due.set !== set) continue;
    end.due.delete(key);
    dueGone(picture, end.node, due);
  }
}

type SlotType = 'choked' | 'unchoked' | 'chokedBy' | 'unchokedBy' | 'snubbed' | 'notSnubbed';
type InterestType = 'interested' | 'notInterested' | 'interestedBy' | 'notInterestedBy';

export function slotChanged(picture: Picture, { type, link }: RecordOf<SlotType>): void {
  const end = ownEnd(picture, link);
  if (!end) return;
  switch (type) {
    case 'choked':
    case 'unchoked':
      end.amChoking = type === 'choked';
      return;
    case 'chokedBy':
    case 'unchokedBy':
      end.isChokedBy = type === 'chokedBy';
      return;
    default:
      end.isSnubbed = type === 'snubbed';
  }
}

export function interestChanged(picture: Picture, { type, link, set }: RecordOf<InterestType>): void {
  const end = ownEnd(picture, link);
  const channel = end?.channels.get(set);
  if (!end || !channel) return;
  const isOurs = type === 'interested' || type === 'notInterested';
  const change = isOurs ? { amInterested: type === 'interested' } : { isInterested: type === 'interestedBy' };
  end.channels.set(set, { ...channel, ...change });
}
