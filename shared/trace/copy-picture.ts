/** A copy of a picture that shares nothing with it that ever changes. */
import type { End, Holding, NodePicture, Picture, SetPicture } from './picture.ts';

export function copyPicture(picture: Picture): Picture {
  return {
    ...picture,
    nodes: picture.nodes.map(copyNode),
    sets: picture.sets.map(copySet),
    ends: copyMap(picture.ends, copyEnd),
    endOfPair: new Map(picture.endOfPair),
  };
}

const copyNode = (node: NodePicture): NodePicture => ({
  ...node,
  holdings: copyMap(node.holdings, copyHolding),
  sent: node.sent.copy(),
  received: node.received.copy(),
  banned: new Map(node.banned),
});

const copyHolding = (holding: Holding): Holding => ({
  ...holding,
  pieces: holding.pieces.slice(),
  due: holding.due.slice(),
  wanted: holding.wanted.slice(),
});

const copySet = (set: SetPicture): SetPicture => ({ ...set, availability: set.availability.slice() });

const copyEnd = (end: End): End => ({
  ...end,
  channels: copyMap(end.channels, (channel) => ({ ...channel })),
  // Blocks that are due are replaced, never changed.
  due: new Map(end.due),
  sent: end.sent.copy(),
  received: end.received.copy(),
});

function copyMap<Key, Value>(map: ReadonlyMap<Key, Value>, copy: (value: Value) => Value): Map<Key, Value> {
  const copied = new Map<Key, Value>();
  for (const [key, value] of map) copied.set(key, copy(value));
  return copied;
}
