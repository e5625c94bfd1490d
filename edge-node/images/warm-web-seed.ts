/**
 * Connections to the origin's web seed that stand before a reader waits for one: a dial is a round trip, and TCP's slow
 * start two more for an image of 60 KiB. Asked for are zeros of a pad file (BEP 47), for any image that is published.
 */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { SwarmNode } from '../../shared/node/swarm-node-api.ts';
import type { Prefetch } from '../config.ts';

export interface WarmWebSeedParts {
  readonly origin: string;
  /** With `all` siblings have what readers ask for, and nothing is kept warm. */
  readonly prefetch: Prefetch;
  readonly table: { images(): Iterable<PublishedImage> };
  readonly swarm: Pick<SwarmNode, 'warmWebSeed'>;
}

/** Slow start is over after so much, and an image of the usual size leaves at once. */
const FIRST_BYTES = 65_536;
const LOOK_MS = 1_000;
/** The origin ends a connection that rests for 75 s. */
const LOOKS_BETWEEN = 60;

export class WarmWebSeed {
  readonly #parts: WarmWebSeedParts;
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;
  #isFirst = true;

  constructor(parts: WarmWebSeedParts) {
    this.#parts = parts;
  }

  /** The origin is there, maybe another process than before. */
  originIsBack(): void {
    this.originIsAway();
    if (this.#parts.prefetch === 'all') return;
    this.#isFirst = true;
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Or the edge closes: it is not asked any more. */
  originIsAway(): void {
    clearInterval(this.#timer);
    this.#looks = 0;
  }

  #look(): void {
    if (this.#looks++ % LOOKS_BETWEEN > 0) return;
    const { origin, table, swarm } = this.#parts;
    for (const { id } of table.images()) {
      const lengthBytes = this.#isFirst ? FIRST_BYTES : 1;
      this.#isFirst = false;
      void swarm.warmWebSeed(`${origin}/images/${id}/.pad/${lengthBytes}`, lengthBytes);
      return;
    }
    // The log is still on its way.
    this.#looks = 0;
  }
}
