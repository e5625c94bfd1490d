/**
 * What every edge is told alike: who the origin is, the newest signed head, who is in the fleet. Each frame is made and
 * deflated once, however many edges listen.
 */
import { FEED_VERSION, type FeedServerFrame } from '../../shared/api-types/feed.ts';
import { encodeServerFrame } from '../../shared/feed/server-frame.ts';
import type { Signed } from '../../shared/log/entry.ts';
import { deflateFrame } from '../../shared/node/feed-deflate.ts';
import type { PeerId } from '../../shared/units.ts';
import type { Catalog } from '../catalog/catalog-api.ts';
import type { EdgeRegistry } from './edge-registry.ts';

export interface OriginFramesParts {
  readonly log: Pick<Catalog, 'rootKey' | 'signHead'>;
  readonly registry: EdgeRegistry;
  /** The origin's own peer wire; `advertiseIp` undefined: the address that the edge reached us by. */
  readonly peer: { readonly peerId: PeerId; readonly port: number; readonly advertiseIp: string | undefined };
  /** What the origin's .torrent files name. */
  readonly publicUrl: () => string;
  readonly headValidMs: number;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Unix ms, for signed heads. */
  readonly wallClock: () => number;
}

export class OriginFrames {
  readonly #parts: OriginFramesParts;
  readonly #fleets = new Map<string, Uint8Array>();
  #signed: Signed;
  #head: Uint8Array;

  constructor(parts: OriginFramesParts) {
    this.#parts = parts;
    this.#signed = this.#sign();
    this.#head = deflated({ type: 'head', head: this.#signed });
  }

  welcome(): string {
    const { peer, log, publicUrl } = this.#parts;
    return encodeServerFrame({
      type: 'welcome',
      version: FEED_VERSION,
      rootKey: log.rootKey,
      peer: { peerId: peer.peerId, host: peer.advertiseIp ?? null, port: peer.port },
      publicUrl: publicUrl(),
      acknowledgements: true,
    });
  }

  /** The newest signed head; the same bytes until {@link signHead}. */
  get head(): Uint8Array {
    return this.#head;
  }

  signHead(): void {
    this.#signed = this.#sign();
    this.#head = deflated({ type: 'head', head: this.#signed });
  }

  /** The newest head, as the answer to an edge's question. */
  headAnswer(question: number): Uint8Array {
    return deflated({ type: 'head', head: this.#signed, answers: question });
  }

  /** @param originIp the address under which an edge reaches the origin */
  fleet(originIp: string): Uint8Array {
    const { peer, registry, now } = this.#parts;
    const host = peer.advertiseIp ?? originIp;
    const kept = this.#fleets.get(host);
    if (kept !== undefined) return kept;
    const edges = registry.fleet(now());
    const frame = deflated({
      type: 'fleet',
      nodes: [
        { peerId: peer.peerId, host, port: peer.port },
        ...edges.map(({ peerId, ip, port, url }) => ({ peerId, host: ip, port, url })),
      ],
    });
    this.#fleets.set(host, frame);
    return frame;
  }

  fleetChanged(): void {
    this.#fleets.clear();
  }

  #sign(): Signed {
    const { log, headValidMs, wallClock } = this.#parts;
    return log.signHead(wallClock(), headValidMs);
  }
}

const deflated = (frame: FeedServerFrame): Uint8Array => deflateFrame(encodeServerFrame(frame));
