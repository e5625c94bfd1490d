/** What an access link is like. */
import type { Random } from '../random.ts';
import type { Frames } from './frames.ts';

/** Packets are lost now and then. */
export interface Loss {
  /** Of what leaves in one turn, so many are hit. */
  readonly share: number;
  readonly random: Random;
}

export interface AccessRates {
  readonly upBytesPerSecond: number;
  readonly downBytesPerSecond: number;
  /**
   * The uplink is one queue of so many bytes, first come, first served, that drops what is over, as most routers have
   * it. Default: fair queueing without a limit.
   */
  readonly queueBytes?: number | undefined;
  /** Headers and acknowledgements take their time, too. Default: bytes of connections alone. */
  readonly frames?: Frames | undefined;
}
