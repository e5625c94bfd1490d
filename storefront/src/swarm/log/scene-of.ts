/** From the log's picture to what the canvas shows. */
import {
  type End,
  endBetween,
  type Holding,
  type NodePicture,
  PIECE,
  type Picture,
  type View,
} from '../../../../shared/trace/picture.ts';
import type { LaneState } from '../draw/lanes.ts';
import { FLUSHED, IN_FLIGHT, MISSING, VERIFIED } from '../draw/piece-ring.ts';
import type { Scene, SceneLink, SceneNode } from '../draw/scene.ts';

export type Manners = ReadonlyMap<number, SceneNode['manner']>;

/** More pieces a ring cannot tell apart: of a catalog the newest sets are shown. */
const MOST_PIECES = 4096;

/** @param manners of nodes that somebody made depart from the rules while the swarm ran */
export function sceneOf(picture: View<Picture>, manners: Manners): Scene {
  const sets = shownSets(picture);
  return {
    nodes: picture.nodes.map((node) => nodeOf(picture, node, sets, manners)),
    links: linksOf(picture),
  };
}

/** Indexes of the newest sets that are not purged, oldest first. */
export function shownSets(picture: View<Picture>): readonly number[] {
  const shown: number[] = [];
  let pieces = 0;
  for (let index = picture.sets.length - 1; index >= 0; index--) {
    const set = picture.sets[index] as View<Picture>['sets'][number];
    if (set.purgedAt !== undefined) continue;
    pieces += set.pieceCount;
    if (pieces > MOST_PIECES && shown.length > 0) break;
    shown.push(index);
  }
  return shown.reverse();
}

function nodeOf(
  picture: View<Picture>,
  node: View<NodePicture>,
  sets: readonly number[],
  manners: Manners,
): SceneNode {
  const pieces = piecesOf(picture, node, sets);
  let there = 0;
  for (const state of pieces) if (state === VERIFIED || state === FLUSHED) there++;
  return {
    name: node.name,
    isOrigin: node.role === 'origin',
    isUp: node.isUp,
    manner: manners.get(node.index) ?? mannerOf(node.role),
    pieces,
    done: pieces.length === 0 ? undefined : there / pieces.length,
  };
}

const mannerOf = (role: NodePicture['role']): SceneNode['manner'] =>
  role === 'origin' || role === 'edge' ? 'honest' : role;

function piecesOf(picture: View<Picture>, node: View<NodePicture>, sets: readonly number[]): Uint8Array {
  const count = sets.reduce((sum, index) => sum + (picture.sets[index]?.pieceCount ?? 0), 0);
  const states = new Uint8Array(count);
  let at = 0;
  for (const index of sets) {
    const holding = node.holdings.get(index);
    const length = picture.sets[index]?.pieceCount ?? 0;
    if (holding !== undefined)
      for (let piece = 0; piece < length; piece++) states[at + piece] = pieceState(holding, piece);
    at += length;
  }
  return states;
}

export function pieceState(holding: View<Holding>, piece: number): number {
  const state = holding.pieces[piece];
  if (state === PIECE.flushed) return FLUSHED;
  if (state === PIECE.verified) return VERIFIED;
  return state === PIECE.begun || (holding.due[piece] as number) > 0 ? IN_FLIGHT : MISSING;
}

function linksOf(picture: View<Picture>): SceneLink[] {
  const links = new Map<number, SceneLink>();
  for (const end of picture.ends.values()) {
    if (!end.isReady || end.peer === undefined || end.peer === end.node) continue;
    const a = Math.min(end.node, end.peer);
    const b = Math.max(end.node, end.peer);
    const key = a * 65_536 + b;
    if (!links.has(key)) links.set(key, { a, b, forth: laneOf(picture, a, b), back: laneOf(picture, b, a) });
  }
  return [...links.values()].sort((x, y) => x.a - y.a || x.b - y.b);
}

/** What the giver may send to the taker. Who wants is asked first: the other side hears of it later. */
export function laneOf(picture: View<Picture>, giver: number, taker: number): LaneState {
  const takers = endBetween(picture, taker, giver);
  const givers = endBetween(picture, giver, taker);
  return {
    isWanted: takers ? wants(takers) : givers !== undefined && isWantedBy(givers),
    isChoked: takers ? takers.isChokedBy : (givers?.amChoking ?? true),
    isOptimistic: picture.nodes[giver]?.optimistic === taker,
    isSnubbed: takers?.isSnubbed ?? false,
  };
}

function wants(end: View<End>): boolean {
  for (const channel of end.channels.values()) if (channel.amInterested) return true;
  return false;
}

function isWantedBy(end: View<End>): boolean {
  for (const channel of end.channels.values()) if (channel.isInterested) return true;
  return false;
}

export function sameLinks(before: readonly SceneLink[], after: readonly SceneLink[]): boolean {
  return (
    before.length === after.length &&
    before.every((link, index) => {
      const other = after[index] as SceneLink;
      return (
        link.a === other.a &&
        link.b === other.b &&
        sameLane(link.forth, other.forth) &&
        sameLane(link.back, other.back)
      );
    })
  );
}

const sameLane = (a: LaneState, b: LaneState): boolean =>
  a.isWanted === b.isWanted &&
  a.isChoked === b.isChoked &&
  a.isOptimistic === b.isOptimistic &&
  a.isSnubbed === b.isSnubbed;
