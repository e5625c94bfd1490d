/** How frames come in on one feed socket: those of this feed, so many at most in a time. */
import type { RawData } from 'ws';
import type { FeedClientFrame } from '../../shared/api-types/feed.ts';
import { parseClientFrame } from '../../shared/feed/client-frame.ts';
import { TokenBucket } from '../../shared/token-bucket.ts';
import type { FeedLimits } from './feed-limits.ts';

export class FeedInlet {
  readonly #frames: TokenBucket;

  /** @param now monotonic ms */
  constructor(limits: Pick<FeedLimits, 'framesPerSecond' | 'framesBurst'>, now: number) {
    this.#frames = new TokenBucket(limits.framesPerSecond, limits.framesBurst, now);
  }

  /** @returns the frame, or why its sender is refused */
  read(data: RawData, isBinary: boolean, now: number): FeedClientFrame | string {
    const isFlood = this.#frames.waitMs(now) > 0;
    this.#frames.take(1, now);
    if (isFlood) return 'too many frames';
    return (isBinary ? undefined : parsed(data)) ?? 'not a frame of this feed';
  }
}

function parsed(data: RawData): FeedClientFrame | undefined {
  const text = Array.isArray(data) ? Buffer.concat(data).toString() : data.toString();
  try {
    return parseClientFrame(text);
  } catch {
    return undefined;
  }
}
