/** What the canvas shows of a swarm at one moment; made from the log's picture (log/scene-of.ts). */
import type { LaneState } from './lanes.ts';

export interface SceneNode {
  readonly name: string;
  readonly isOrigin: boolean;
  readonly isUp: boolean;
  /** How it departs from the rules; told by a letter beside its name. */
  readonly manner: 'honest' | 'liar' | 'freeRider' | 'stranger';
  /** Of all image sets, one after the other: a state of piece-ring.ts for each piece. */
  readonly pieces: Uint8Array;
  /** Of the pieces, those that are verified or flushed; 0 to 1. Undefined while no image set is known. */
  readonly done: number | undefined;
}

export interface SceneLink {
  /** Indexes of nodes, the smaller first. */
  readonly a: number;
  readonly b: number;
  /** What a may give to b, and b to a. */
  readonly forth: LaneState;
  readonly back: LaneState;
}

export interface Scene {
  readonly nodes: readonly SceneNode[];
  readonly links: readonly SceneLink[];
}
