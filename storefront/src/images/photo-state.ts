/**
 * The life of one photo on the page: waiting -> loading -> shown. A source that fails or stalls leads to the next;
 * when every source failed the photo rests behind its placeholder and starts another round. Pure: the component
 * reports what happened and shows what the state says, so a broken image is never on the screen.
 */

import type { KnownEdge } from '../edges/known-edge.ts';
import { type ImageSource, nextSource } from '../edges/rank.ts';

export type PhotoState =
  /** The fleet is not known yet. */
  | { readonly kind: 'waiting' }
  | {
      readonly kind: 'loading';
      readonly source: ImageSource;
      /** Counts sources over all rounds: each attempt is a fresh `<picture>`. */
      readonly attempt: number;
      readonly round: number;
      readonly tried: ReadonlySet<string>;
    }
  | { readonly kind: 'shown'; readonly source: ImageSource; readonly attempt: number; readonly round: number }
  /** Every source failed; the next round begins when an edge is back, or at that time. */
  | { readonly kind: 'resting'; readonly attempt: number; readonly round: number; readonly untilMs: number };

export interface PhotoView {
  readonly imageId: string;
  readonly edges: readonly KnownEdge[];
  /** The fleet's first answer is in, or it took too long. */
  readonly settled: boolean;
  readonly origin: ImageSource;
  readonly preferredUrl: string | undefined;
  readonly nowMs: number;
}

export const WAITING: PhotoState = { kind: 'waiting' };

const REST_FIRST_MS = 3_000;
const REST_LONGEST_MS = 30_000;
/** From this round on a browser that claims AVIF or WebP is no longer believed. */
const JPEG_ROUND = 2;

/** The fleet changed, or time passed. */
export function whenFleetChanged(state: PhotoState, view: PhotoView): PhotoState {
  if (state.kind === 'waiting') return view.settled ? begin(view, 0, 0) : state;
  if (state.kind === 'resting') {
    const retry = begin(view, state.attempt, state.round);
    const edgeIsBack = retry.kind === 'loading' && retry.source.kind === 'edge';
    return edgeIsBack || view.nowMs >= state.untilMs ? retry : state;
  }
  return state;
}

/** An error, bytes that do not decode, or a stall. */
export function whenSourceFailed(state: PhotoState, view: PhotoView): PhotoState {
  if (state.kind !== 'loading' && state.kind !== 'shown') return state;
  const before: ReadonlySet<string> = state.kind === 'loading' ? state.tried : new Set();
  const tried = new Set(before).add(state.source.url);
  const attempt = state.attempt + 1;
  const source = nextSource({ ...view, tried });
  if (source !== undefined) return { kind: 'loading', source, attempt, round: state.round, tried };
  const restMs = Math.min(REST_FIRST_MS * 2 ** state.round, REST_LONGEST_MS);
  return { kind: 'resting', attempt, round: state.round + 1, untilMs: view.nowMs + restMs };
}

export function whenDecoded(state: PhotoState): PhotoState {
  if (state.kind !== 'loading') return state;
  return { kind: 'shown', source: state.source, attempt: state.attempt, round: state.round };
}

export function wantsJpegOnly(state: PhotoState): boolean {
  return (state.kind === 'loading' || state.kind === 'shown') && state.round >= JPEG_ROUND;
}

function begin(view: PhotoView, attempt: number, round: number): PhotoState {
  const tried: ReadonlySet<string> = new Set();
  const source = nextSource({ ...view, tried }) ?? view.origin;
  return { kind: 'loading', source, attempt, round, tried };
}
