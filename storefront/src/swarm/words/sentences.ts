/** What is under the pointer, in a sentence: the picture's text. */
import type { NodePicture, Picture, View } from '../../../../shared/trace/picture.ts';
import type { LaneState } from '../draw/lanes.ts';
import { laneOf } from '../log/scene-of.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import type { Selection } from '../share/url-state.ts';
import { timeWords } from '../time/time-words.ts';
import { messageSentence } from './message-words.ts';

export function sentenceOf(log: SwarmLog, mark: Selection, atMs: number): string {
  const picture = log.pictureAt(atMs);
  switch (mark.kind) {
    case 'node': {
      const node = picture.nodes[mark.node];
      return node === undefined ? '' : nodeSentence(node);
    }
    case 'link':
      return linkSentence(picture, mark.a, mark.b);
    case 'message': {
      const flight = log.flights.all[mark.message];
      if (flight === undefined) return '';
      const { message, from, to } = flight;
      return `${messageSentence(message, nameOf(picture, from), nameOf(picture, to))}.`;
    }
  }
}

export const nameOf = (picture: View<Picture>, node: number): string =>
  picture.nodes[node]?.name ?? `node ${node}`;

export function nodeSentence(node: View<NodePicture>): string {
  if (!node.isUp) return `${node.name} is down.`;
  const manner = MANNERS[node.role];
  if (node.role === 'origin') return `${node.name} has everything and is asked for what no edge has yet.`;
  let held = 0;
  let whole = 0;
  for (const holding of node.holdings.values()) {
    held += holding.heldCount;
    whole += holding.pieces.length;
  }
  const has =
    whole === 0
      ? 'has no image set under way'
      : held === whole
        ? `has all ${whole} pieces${node.doneAt === undefined ? '' : `, since ${timeWords(node.doneAt, false)}`}`
        : `has ${held} of ${whole} pieces`;
  return `${node.name} ${has}${manner}.`;
}

const MANNERS: Readonly<Record<NodePicture['role'], string>> = {
  origin: '',
  edge: '',
  freeRider: ', and uploads nothing',
  liar: ', and sends wrong blocks',
  stranger: ', and tells nothing of itself',
};

/** Both ways; the way on which something is wanted first. */
export function linkSentence(picture: View<Picture>, a: number, b: number): string {
  const [nameA, nameB] = [nameOf(picture, a), nameOf(picture, b)];
  const ways = [
    laneSentence(laneOf(picture, b, a), nameB, nameA),
    laneSentence(laneOf(picture, a, b), nameA, nameB),
  ].filter((sentence) => sentence !== '');
  if (ways.length === 0) return `${nameA} and ${nameB} are linked; neither wants anything of the other.`;
  return `${ways.join('; ')}.`;
}

/** `edge 3 wants from edge 5 and is choked`. */
export function laneSentence(lane: LaneState, giver: string, taker: string): string {
  const special = [
    lane.isOptimistic ? `has its optimistic slot` : '',
    lane.isSnubbed ? 'waits for blocks in vain (snubbed)' : '',
  ].filter((words) => words !== '');
  if (lane.isWanted) {
    const may = lane.isChoked ? 'is choked' : 'may ask';
    return `${taker} wants from ${giver} and ${[may, ...special].join(', ')}`;
  }
  return special.length === 0 ? '' : `${taker} wants nothing from ${giver} and ${special.join(', ')}`;
}
