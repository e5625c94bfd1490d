/**
 * Edges of the fleet in the tracker: entered under the address that their feed advertises, needing no dial-back, and
 * gone from all swarms as soon as they are gone from the feed.
 */
import type { Address } from '../../shared/engine/inputs.ts';
import type { AnnounceRequest } from '../../shared/tracker/announce-query.ts';
import type { SwarmTable } from '../../shared/tracker/swarm-table.ts';
import type { InfoHash, PeerId } from '../../shared/units.ts';
import type { EdgeRegistry } from '../feed/edge-registry.ts';

interface Seated {
  readonly address: Address;
  /** The last announce of each torrent the edge is in. */
  readonly announces: Map<InfoHash, AnnounceRequest>;
}

export class FleetSeats {
  readonly #registry: EdgeRegistry;
  readonly #table: SwarmTable;
  readonly #now: () => number;
  readonly #seated = new Map<PeerId, Seated>();
  readonly #unsubscribe: () => void;

  /** @param now the table's clock; the registry's is that of performance.now */
  constructor(registry: EdgeRegistry, table: SwarmTable, now: () => number) {
    this.#registry = registry;
    this.#table = table;
    this.#now = now;
    this.#unsubscribe = registry.onChange(() => this.#dropGone());
  }

  /**
   * The advertised address of a live edge. Its id is no secret, so it counts only from where its feed comes from:
   * nobody else can sign an edge off.
   */
  seatOf(peerId: PeerId, ip: string): Address | undefined {
    return this.#registry.addressOf(peerId, ip, performance.now());
  }

  /** The edge was entered in the table (or left it). */
  announced(request: AnnounceRequest, address: Address): void {
    const { peerId, infoHash } = request;
    let seated = this.#seated.get(peerId);
    if (seated && !sameAddress(seated.address, address)) {
      this.#drop(peerId, seated);
      seated = undefined;
    }
    if (!seated) {
      seated = { address, announces: new Map() };
      this.#seated.set(peerId, seated);
    }
    if (request.event === 'stopped') seated.announces.delete(infoHash);
    else seated.announces.set(infoHash, request);
  }

  /** The torrent is no more. */
  forget(infoHash: InfoHash): void {
    for (const { announces } of this.#seated.values()) announces.delete(infoHash);
  }

  close(): void {
    this.#unsubscribe();
  }

  #dropGone(): void {
    if (this.#seated.size === 0) return;
    const live = new Map(this.#registry.fleet(performance.now()).map((node) => [node.peerId, node]));
    for (const [peerId, seated] of this.#seated) {
      const node = live.get(peerId);
      if (!node || !sameAddress(node, seated.address)) this.#drop(peerId, seated);
    }
  }

  #drop(peerId: PeerId, { address, announces }: Seated): void {
    this.#seated.delete(peerId);
    for (const request of announces.values())
      this.#table.announce({ ...request, event: 'stopped' }, address.ip, true, this.#now());
  }
}

const sameAddress = (a: Address, b: Address): boolean => a.ip === b.ip && a.port === b.port;
