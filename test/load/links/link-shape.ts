/** What a node's access link can do, and what follows for a path between two of them. */

export interface LinkShape {
  /** Infinity: no limit. */
  readonly upBytesPerSecond: number;
  readonly downBytesPerSecond: number;
  /** One way, from the node to the middle of the network. */
  readonly delayMs: number;
  /** Share of segments that are lost on the way up or down, 0 to 1. */
  readonly loss: number;
}

export const UNSHAPED: LinkShape = {
  upBytesPerSecond: Number.POSITIVE_INFINITY,
  downBytesPerSecond: Number.POSITIVE_INFINITY,
  delayMs: 0,
  loss: 0,
};

export interface Path {
  /** One way, from end to end. */
  readonly delayMs: number;
  readonly loss: number;
  /** What one connection may have under way, bytes. */
  readonly windowBytes: number;
}

const MIN_WINDOW_BYTES = 64 * 1024;
const MAX_WINDOW_BYTES = 4 * 1024 * 1024;

/** A window of twice what the path holds: as Linux grows its buffers, not less than a common default. */
export function pathBetween(from: LinkShape, to: LinkShape): Path {
  const delayMs = from.delayMs + to.delayMs;
  const rate = Math.min(from.upBytesPerSecond, to.downBytesPerSecond);
  const twice = (2 * rate * 2 * delayMs) / 1000;
  const windowBytes = Number.isNaN(twice)
    ? MAX_WINDOW_BYTES
    : Math.min(MAX_WINDOW_BYTES, Math.max(MIN_WINDOW_BYTES, twice));
  return { delayMs, loss: 1 - (1 - from.loss) * (1 - to.loss), windowBytes };
}

export const megabits = (rate: number): number => rate * 125_000;
