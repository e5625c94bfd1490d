/** Who is of the fleet, as the host tells: links that stand are judged anew. */
import type { PeerId } from '../units.ts';
import type { EngineInput } from './inputs.ts';
import type { RemoteNode } from './node.ts';
import { joinGroup, leaveGroup } from './node-group.ts';
import type { EngineState } from './state.ts';
import { pupilLeft, startOffering } from './super-seeding.ts';
import { askUntold } from './untold-pieces.ts';

type FleetNodes = Extract<EngineInput, { type: 'fleet' }>['nodes'];
export type Fleet = ReadonlyMap<PeerId, { readonly isOrigin: boolean }>;

/** One table for all engines of a process that are told the same: ten thousand with one each held a hundred million ids. */
const tables = new WeakMap<FleetNodes, Fleet>();

function tableOf(nodes: FleetNodes): Fleet {
  const known = tables.get(nodes);
  if (known) return known;
  const table = new Map(nodes.map((node) => [node.peerId, node]));
  tables.set(nodes, table);
  return table;
}

export function setFleet(state: EngineState, input: Extract<EngineInput, { type: 'fleet' }>): void {
  state.fleet = tableOf(input.nodes);
  for (const node of state.nodes.values()) {
    const known = state.fleet.get(node.peerId);
    node.isOrigin = known?.isOrigin ?? false;
    regroup(state, node, known !== undefined);
  }
  for (const torrent of state.wantingTorrents) askUntold(state, torrent);
}

/** A stranger was taken into the fleet, or a node of the fleet left it: it counts with others now. */
function regroup(state: EngineState, node: RemoteNode, isFleet: boolean): void {
  if (node.isFleet === isFleet) return;
  const channels = [...node.links].flatMap((link) => [...link.channels.values()]);
  for (const channel of channels) pupilLeft(state, channel);
  leaveGroup(state, node);
  node.isFleet = isFleet;
  node.group = joinGroup(state, node);
  node.group.nodes.add(node);
  for (const channel of channels) startOffering(state, channel);
}
