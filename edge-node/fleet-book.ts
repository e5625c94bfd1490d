/**
 * Addresses of the origin and the sibling edges, as the origin tells them. Those of the origin and of the neighbours
 * are given to every torrent, so that siblings link without waiting for the tracker.
 */
import { isIP } from 'node:net';
import type { FeedServerFrame } from '../shared/api-types/feed.ts';
import type { Address } from '../shared/engine/inputs.ts';
import type { PeerId } from '../shared/units.ts';
import { chooseNeighbours } from './neighbours.ts';

export interface FleetNode {
  readonly peerId: PeerId;
  readonly address: Address;
  readonly isOrigin: boolean;
  /** Where it answers over HTTP; undefined: not told, by an origin of an earlier version. */
  readonly url: string | undefined;
}

export type FleetFrame = Extract<FeedServerFrame, { type: 'fleet' }>;

export class FleetBook {
  readonly #ownPeerId: PeerId;
  readonly #knowsSiblings: boolean;
  #ownIp: string | undefined;
  #origin: FleetNode | undefined;
  #siblings: readonly FleetNode[] = [];
  #addresses: readonly Address[] = [];
  #neighbours: readonly Address[] = [];
  readonly #listeners: (() => void)[] = [];

  /** @param knowsSiblings false: an edge that takes from its origin alone forgets who else there is */
  constructor(ownPeerId: PeerId, knowsSiblings = true) {
    this.#ownPeerId = ownPeerId;
    this.#knowsSiblings = knowsSiblings;
  }

  nodes(): readonly FleetNode[] {
    return this.#origin === undefined ? this.#siblings : [this.#origin, ...this.#siblings];
  }

  /** Whom every torrent may link to. */
  addresses(): readonly Address[] {
    return this.#addresses;
  }

  /** The same without the origin. */
  neighbours(): readonly Address[] {
    return this.#neighbours;
  }

  /** Base URLs of siblings. */
  urls(): readonly string[] {
    return this.#siblings.flatMap(({ url }) => url ?? []);
  }

  origin(): readonly Address[] {
    return this.#origin === undefined ? [] : [this.#origin.address];
  }

  setOrigin(peerId: PeerId, address: Address): void {
    this.#origin = { peerId, address, isOrigin: true, url: undefined };
    this.#changed();
  }

  /** The origin may list itself and us; neither is a sibling. Names are left out: nothing here asks a resolver. */
  setSiblings(nodes: FleetFrame['nodes']): void {
    if (!this.#knowsSiblings) return;
    this.#ownIp = nodes.find(({ peerId }) => peerId === this.#ownPeerId)?.host ?? this.#ownIp;
    this.#siblings = nodes
      .filter(
        ({ peerId, host }) =>
          peerId !== this.#ownPeerId && peerId !== this.#origin?.peerId && isIP(host) !== 0,
      )
      .map(({ peerId, host, port, url }) => ({ peerId, address: { ip: host, port }, isOrigin: false, url }));
    this.#changed();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #changed(): void {
    const neighbours = chooseNeighbours(this.#ownPeerId, this.#ownIp, this.#siblings);
    this.#neighbours = neighbours.map(({ address }) => address);
    this.#addresses =
      this.#origin === undefined ? this.#neighbours : [this.#origin.address, ...this.#neighbours];
    for (const listener of this.#listeners) listener();
  }
}
