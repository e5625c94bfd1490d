/**
 * The life of one photo on the page: waiting -> loading -> shown. A source that fails or stalls leads to the next;
 * when every source failed the photo rests behind its placeholder and starts another round. What is on the screen
 * stays there until something better is decoded. Pure: the component reports what happened and shows what the state
 * says, so a broken image is never on the screen.
 */

import { photoRestMs } from '../../../shared/http/photo-rest.ts';
import type { KnownEdge } from '../edges/known-edge.ts';
import { type ImageSource, nextSource } from '../edges/rank.ts';

/** One `<picture>`: its address and size never change, so the browser never fetches it anew by itself. */
export interface Drawing {
  readonly source: ImageSource;
  /** Counts sources over all rounds: each attempt is a fresh `<picture>`. */
  readonly attempt: number;
  readonly round: number;
  /** Of the box, when the attempt began. */
  readonly sizes: string;
  /** It stood in the page before the script: it is seen as it comes. */
  readonly stoodInPage: boolean;
}

export type PhotoState =
  /** The fleet is not known yet. */
  | { readonly kind: 'waiting' }
  | (Drawing & {
      readonly kind: 'loading';
      readonly tried: ReadonlySet<string>;
      /** On the screen meanwhile. */
      readonly kept: Drawing | undefined;
    })
  | (Drawing & {
      readonly kind: 'shown';
      /** Something else was on the screen before. */
      readonly isReplacement: boolean;
    })
  /** Every source failed; the next round begins when an edge is back, or at that time. */
  | {
      readonly kind: 'resting';
      readonly attempt: number;
      readonly round: number;
      readonly untilMs: number;
      readonly kept: Drawing | undefined;
    };

export interface PhotoView {
  readonly imageId: string;
  /** Of the box as it is now. */
  readonly sizes: string;
  readonly edges: readonly KnownEdge[];
  /** The fleet's first answer is in, or it took too long. */
  readonly settled: boolean;
  readonly origin: ImageSource;
  readonly preferredUrl: string | undefined;
  /** The page came with its `<picture>`, from `preferredUrl`. */
  readonly standsInPage: boolean;
  readonly nowMs: number;
}

export const WAITING: PhotoState = { kind: 'waiting' };

/** From this round on a browser that claims AVIF or WebP is no longer believed. */
const JPEG_ROUND = 2;

/** The fleet changed, or time passed. */
export function whenFleetChanged(state: PhotoState, view: PhotoView): PhotoState {
  if (state.kind === 'waiting') return mayBegin(view) ? begin(view, 0, 0, undefined) : state;
  if (state.kind === 'resting') {
    const retry = begin(view, state.attempt, state.round, state.kept);
    const edgeIsBack = retry.kind === 'loading' && retry.source.kind === 'edge';
    return edgeIsBack || view.nowMs >= state.untilMs ? retry : state;
  }
  return state;
}

/** The box has another size: another width may be wanted. It is loaded beside the one that is shown. */
export function whenBoxChanged(state: PhotoState, view: PhotoView): PhotoState {
  if ((state.kind !== 'loading' && state.kind !== 'shown') || state.sizes === view.sizes) return state;
  const kept = state.kind === 'shown' ? drawingOf(state) : state.kept;
  const tried = state.kind === 'loading' ? state.tried : new Set<string>();
  const attempt = state.attempt + 1;
  const drawing = { ...drawingOf(state), attempt, sizes: view.sizes, stoodInPage: false };
  return { ...drawing, kind: 'loading', tried, kept };
}

/** An error, bytes that do not decode, or a stall. */
export function whenSourceFailed(state: PhotoState, view: PhotoView): PhotoState {
  if (state.kind !== 'loading' && state.kind !== 'shown') return state;
  const before: ReadonlySet<string> = state.kind === 'loading' ? state.tried : new Set();
  const kept = state.kind === 'loading' ? state.kept : undefined;
  const tried = new Set(before).add(state.source.url);
  const attempt = state.attempt + 1;
  const { round } = state;
  const source = nextSource({ ...view, tried });
  if (source !== undefined)
    return { kind: 'loading', source, attempt, round, sizes: view.sizes, stoodInPage: false, tried, kept };
  return { kind: 'resting', attempt, round: round + 1, untilMs: view.nowMs + photoRestMs(round), kept };
}

export function whenDecoded(state: PhotoState): PhotoState {
  if (state.kind !== 'loading') return state;
  return { ...drawingOf(state), kind: 'shown', isReplacement: state.kept !== undefined };
}

export function wantsJpegOnly({ round }: Drawing): boolean {
  return round >= JPEG_ROUND;
}

/** What is to be in the page, from the bottom up. */
export function drawingsOf(state: PhotoState): readonly Drawing[] {
  if (state.kind === 'shown') return [state];
  const kept = state.kind === 'waiting' || state.kept === undefined ? [] : [state.kept];
  return state.kind === 'loading' ? [...kept, state] : kept;
}

/** What is on its way already need not wait for any measurement. */
function mayBegin({ settled, edges, preferredUrl }: PhotoView): boolean {
  return settled || edges.some(({ url }) => url === preferredUrl);
}

function begin(view: PhotoView, attempt: number, round: number, kept: Drawing | undefined): PhotoState {
  const tried: ReadonlySet<string> = new Set();
  const source = nextSource({ ...view, tried }) ?? view.origin;
  const stoodInPage = view.standsInPage && attempt === 0 && source.url === view.preferredUrl;
  return { kind: 'loading', source, attempt, round, sizes: view.sizes, stoodInPage, tried, kept };
}

function drawingOf({ source, attempt, round, sizes, stoodInPage }: Drawing): Drawing {
  return { source, attempt, round, sizes, stoodInPage };
}
