/** Nodes that count as one (choker/groups.ts), and what they share. */
import { type Groupable, groupOf } from '../choker/groups.ts';
import type { RemoteNode } from './node.ts';
import type { Pupil } from './pupil.ts';
import type { EngineState } from './state.ts';

export class NodeGroup {
  readonly key: string;
  readonly nodes = new Set<RemoteNode>();
  /** What it was entrusted with, while we super-seed. */
  pupil: Pupil | undefined;

  constructor(key: string) {
    this.key = key;
  }
}

export function joinGroup(state: EngineState, node: Groupable): NodeGroup {
  const key = groupOf(node);
  const group = state.groups.get(key) ?? new NodeGroup(key);
  state.groups.set(key, group);
  return group;
}

export function leaveGroup(state: EngineState, node: RemoteNode): void {
  const { group } = node;
  group.nodes.delete(node);
  if (group.nodes.size === 0) state.groups.delete(group.key);
}
