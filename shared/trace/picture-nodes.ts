/** Nodes appear, leave and come back; what they decide about others. */
import { Flow } from './flow.ts';
import { ownNode } from './own.ts';
import type { Picture } from './picture.ts';
import { forgetEnd } from './picture-links.ts';
import { dropHolding } from './picture-sets.ts';
import type { RecordOf } from './record.ts';

export function nodeAppeared(picture: Picture, record: RecordOf<'node'>): void {
  picture.nodes.push({
    owner: picture.owner,
    index: record.node,
    name: record.name,
    role: record.role,
    peerId: record.peerId,
    upBytesPerSecond: record.upBytesPerSecond,
    downBytesPerSecond: record.downBytesPerSecond,
    isUp: true,
    holdings: new Map(),
    missingSets: 0,
    doneAt: undefined,
    sent: new Flow(),
    received: new Flow(),
    webSeedBytes: 0,
    wastedBytes: 0,
    optimistic: undefined,
    round: undefined,
    banned: new Map(),
  });
}

export function introduced(picture: Picture, record: RecordOf<'introduced'>): void {
  const node = ownNode(picture, record.node);
  node.name = record.name;
  node.role = record.role;
  node.peerId = record.peerId;
  node.upBytesPerSecond = record.upBytesPerSecond;
  node.downBytesPerSecond = record.downBytesPerSecond;
}

/** What it had is out of sight: it tells anew when it is back. */
export function nodeLeft(picture: Picture, { node: index }: RecordOf<'left'>): void {
  const node = ownNode(picture, index);
  node.isUp = false;
  for (const set of [...node.holdings.keys()]) dropHolding(picture, node, set);
  for (const end of [...picture.ends.values()]) if (end.node === index) forgetEnd(picture, end);
  node.optimistic = undefined;
  node.round = undefined;
  node.doneAt = undefined;
}

export function nodeBack(picture: Picture, { node: index, peerId }: RecordOf<'back'>): void {
  const node = ownNode(picture, index);
  node.isUp = true;
  node.peerId = peerId;
  node.banned.clear();
}

/** Some acts make of a node what it was not before. */
export function acted(picture: Picture, { act, node: index }: RecordOf<'act'>): void {
  if (index === undefined) return;
  const node = ownNode(picture, index);
  if (act === 'freeRide') node.role = 'freeRider';
  else if (act === 'lie') node.role = 'liar';
}
