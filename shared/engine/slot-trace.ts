/** Who has a slot, who sends nothing, and why: changed at one place each, so that the trace misses none. */
import type { PeerId } from '../units.ts';
import type { RemoteNode } from './node.ts';
import type { EngineState } from './state.ts';
import type { RankedNode } from './trace.ts';

export function setSnubbing(state: EngineState, node: RemoteNode, isSnubbing: boolean): void {
  if (node.isSnubbing === isSnubbing) return;
  node.isSnubbing = isSnubbing;
  if (!state.isTracing) return;
  const type = isSnubbing ? 'snubbed' : 'notSnubbed';
  for (const { id } of node.links) state.trace({ type, link: id, peerId: node.peerId });
}

/** @param key of the node; undefined: nobody has the slot */
export function setOptimistic(state: EngineState, key: string | undefined): void {
  if (key === state.optimisticNode) return;
  state.optimisticNode = key;
  if (state.isTracing) state.trace({ type: 'optimistic', peerId: peerIdOf(state, key) });
}

const peerIdOf = (state: EngineState, key: string | undefined): PeerId | undefined =>
  key === undefined ? undefined : state.nodes.get(key)?.peerId;

/** After a round: whom it gave slots, those with slots first and then by what they send us. */
export function traceRound(state: EngineState): void {
  const ranking = Array.from(state.nodes.values(), (node) => rankedNode(state, node));
  ranking.sort(
    (a, b) =>
      Number(b.isUnchoked) - Number(a.isUnchoked) || b.receivedBytesPerSecond - a.receivedBytesPerSecond,
  );
  state.trace({ type: 'chokingRound', ranking });
}

function rankedNode(state: EngineState, node: RemoteNode): RankedNode {
  return {
    peerId: node.peerId,
    receivedBytesPerSecond: Math.round(node.received.bytesPerSecond(state.now)),
    sentBytesPerSecond: Math.round(node.sent.bytesPerSecond(state.now)),
    isInterested: node.interestedChannels > 0,
    isSnubbing: node.isSnubbing,
    isUnchoked: node.isUnchoked,
    isOptimistic: node.key === state.optimisticNode,
  };
}
