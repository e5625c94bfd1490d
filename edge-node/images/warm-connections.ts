/**
 * Connections that stand before a reader waits for one. To the origin's web seed (WS1): a dial is a round trip, and TCP's slow
 * start two more for an image of 60 KiB; asked for are zeros of a pad file (BEP 47), for any image that is published. And
 * links to siblings (CH14), whom the first reader's torrent asks.
 */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { SwarmNode } from '../../shared/node/swarm-node-api.ts';
import type { Prefetch } from '../config.ts';
import type { FleetBook } from '../fleet-book.ts';

export interface WarmConnectionsParts {
  readonly origin: string;
  /** With `all` siblings have what readers ask for, and nothing is kept warm. */
  readonly prefetch: Prefetch;
  readonly table: { images(): Iterable<PublishedImage> };
  readonly swarm: Pick<SwarmNode, 'warmWebSeed' | 'meet'>;
  readonly fleet: Pick<FleetBook, 'neighbours'>;
}

/** Slow start is over after so much, and an image of the usual size leaves at once. */
const FIRST_BYTES = 65_536;
/** The log may be on its way when the origin is there. */
const LOOK_AGAIN_MS = 1_000;
/** The origin ends a connection that rests for 75 s. */
const KEEP_WARM_MS = 60_000;

export class WarmConnections {
  readonly #parts: WarmConnectionsParts;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: WarmConnectionsParts) {
    this.#parts = parts;
  }

  /** The origin is there, maybe another process than before. */
  originIsBack(): void {
    this.originIsAway();
    if (this.#parts.prefetch !== 'all') this.#later(FIRST_BYTES, LOOK_AGAIN_MS);
  }

  /** Or the edge closes: it is not asked any more. */
  originIsAway(): void {
    clearTimeout(this.#timer);
  }

  #later(lengthBytes: number, afterMs: number): void {
    this.#timer = setTimeout(() => this.#warm(lengthBytes), afterMs).unref();
  }

  #warm(lengthBytes: number): void {
    const { origin, table, swarm, fleet } = this.#parts;
    const [image] = table.images();
    if (image === undefined) return this.#later(lengthBytes, LOOK_AGAIN_MS);
    void swarm.warmWebSeed(`${origin}/images/${image.id}/.pad/${lengthBytes}`, lengthBytes);
    swarm.meet(image.infoHash, fleet.neighbours());
    this.#later(1, KEEP_WARM_MS);
  }
}
