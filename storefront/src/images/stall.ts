/**
 * Is an image stalled, or only slow? An `<img>` does not report bytes, so other signs count: its size is known once
 * its header arrived, and other images that came from the same node meanwhile show that the shopper's own link is
 * what is slow. Moving a slow image would start it again from nothing, so each sign earns more patience.
 */
export interface StallSigns {
  /** Time since this attempt began to load. */
  readonly waitedMs: number;
  /** Time since any image last came from the same node; Infinity when none did. */
  readonly sinceNodeGaveMs: number;
  /** Images that came from other nodes since this attempt began. */
  readonly othersGave: number;
  readonly headerArrived: boolean;
  /** Attempts before this one: if two nodes were too slow, the next one may take longer. */
  readonly attempt: number;
}

export type StallVerdict =
  | { readonly kind: 'wait'; readonly forMs: number }
  /** `nodeSilent`: no sign of life at all, so the node itself is to be avoided. */
  | { readonly kind: 'stalled'; readonly nodeSilent: boolean };

/**
 * A node that gave nothing for so long is asked whether it is there (EdgeWatch.suspect): a dead one does not answer, and
 * its images are on their way from another after 300 ms. One that answers may be fetching the image for the first time.
 */
export const SUSPECT_MS = 150;
/** The shopper's link is fine, for others gave this many images meanwhile: then a node has less time. */
const OTHERS_GAVE_ENOUGH = 3;
const STALL_BESIDE_OTHERS_MS = 1_000;
export const STALL_MS = 2_500;
const STALL_NODE_ALIVE_MS = 5_000;
const STALL_HEADER_ARRIVED_MS = 10_000;
const PATIENCE_DOUBLINGS_MAX = 3;

export function judgeStall(signs: StallSigns): StallVerdict {
  const { waitedMs, sinceNodeGaveMs, headerArrived, attempt } = signs;
  const nodeAlive = sinceNodeGaveMs < STALL_MS;
  const patienceMs =
    baseMs(signs, nodeAlive) * 2 ** Math.max(0, Math.min(attempt - 1, PATIENCE_DOUBLINGS_MAX));
  if (waitedMs < patienceMs) return { kind: 'wait', forMs: patienceMs - waitedMs };
  return { kind: 'stalled', nodeSilent: !nodeAlive && !headerArrived };
}

function baseMs({ headerArrived, othersGave }: StallSigns, nodeAlive: boolean): number {
  if (headerArrived) return STALL_HEADER_ARRIVED_MS;
  if (nodeAlive) return STALL_NODE_ALIVE_MS;
  return othersGave >= OTHERS_GAVE_ENOUGH ? STALL_BESIDE_OTHERS_MS : STALL_MS;
}
