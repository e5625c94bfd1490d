/**
 * The tracker's decisions: who is entered, who is handed out. HTTP is tracker-route.ts's business, memory the
 * swarm table's. Threat rows 20 to 22.
 */
import { randomInt } from 'node:crypto';
import { seededRandom } from '../../shared/random.ts';
import type { AnnounceRequest } from '../../shared/tracker/announce-query.ts';
import { compactPeer } from '../../shared/tracker/compact.ts';
import type { AnnounceAnswer, AnswerPeer } from '../../shared/tracker/encode-response.ts';
import { choosePeers } from '../../shared/tracker/handout.ts';
import type { SwarmCounts } from '../../shared/tracker/scrape.ts';
import { SwarmTable, type SwarmTableLimits } from '../../shared/tracker/swarm-table.ts';
import type { InfoHash, PeerId } from '../../shared/units.ts';
import type { Catalog, StoredImage } from '../catalog/catalog-api.ts';
import type { EdgeRegistry } from '../feed/edge-registry.ts';
import { DialBack, type DialBackLimits } from './dial-back.ts';
import { FleetSeats } from './fleet-seats.ts';

export interface TrackerOptions {
  readonly catalog: Pick<Catalog, 'images' | 'onPublished' | 'onPurged'>;
  readonly registry: EdgeRegistry;
  /** The origin's own peer wire: in every answer, for it seeds everything it publishes. */
  readonly origin: {
    readonly peerId: PeerId;
    readonly port: number;
    readonly advertiseIp: string | undefined;
  };
  readonly tableLimits?: Partial<SwarmTableLimits>;
  readonly dialBackLimits?: Partial<DialBackLimits>;
  /** ms; default: the monotonic clock. */
  readonly now?: () => number;
}

/** Half of what it takes a silent peer to expire, as the swarm table counts on. */
export const INTERVAL_SECONDS = 1_800;
/** A client that lost all peers may ask again after this. */
export const MIN_INTERVAL_SECONDS = 60;
const SWEEP_EVERY_MS = 60_000;

export class Tracker {
  readonly #origin: TrackerOptions['origin'];
  readonly #table: SwarmTable;
  readonly #seats: FleetSeats;
  readonly #dialBack: DialBack;
  /** Truncated v2 info-hashes (BEP 52), by which v2-only clients announce a hybrid torrent. */
  readonly #v1OfV2 = new Map<InfoHash, InfoHash>();
  readonly #random = seededRandom(randomInt(2 ** 48 - 1));
  readonly #now: () => number;
  readonly #sweep: NodeJS.Timeout;
  readonly #unsubscribe: (() => void)[];

  constructor(options: TrackerOptions) {
    this.#origin = options.origin;
    this.#now = options.now ?? (() => performance.now());
    this.#table = new SwarmTable(options.tableLimits);
    this.#dialBack = new DialBack(options.dialBackLimits);
    this.#seats = new FleetSeats(options.registry, this.#table, this.#now);
    for (const image of options.catalog.images()) this.#know(image);
    this.#unsubscribe = [
      options.catalog.onPublished((image) => this.#know(image)),
      options.catalog.onPurged((image) => this.#forget(image)),
    ];
    this.#sweep = setInterval(() => this.#table.sweep(this.#now()), SWEEP_EVERY_MS);
    this.#sweep.unref();
  }

  get swarmCount(): number {
    return this.#table.swarmCount;
  }

  get peerCount(): number {
    return this.#table.peerCount;
  }

  /**
   * @param ip where the request comes from
   * @param localIp the address by which the client reached this origin
   * @returns undefined for a torrent that this origin does not publish
   */
  announce(asked: AnnounceRequest, ip: string, localIp: string): AnnounceAnswer | undefined {
    const infoHash = this.#v1Of(asked.infoHash);
    if (infoHash === undefined) return undefined;
    const seat = this.#seats.seatOf(asked.peerId, ip);
    const request = { ...asked, infoHash, port: seat?.port ?? asked.port };
    const swarm = this.#table.announce(request, seat?.ip ?? ip, seat !== undefined, this.#now());
    if (!swarm) return undefined;
    const { requester } = swarm;
    if (seat) this.#seats.announced(request, seat);
    else if (!requester.isReachable && request.event !== 'stopped')
      this.#dialBack.check({ ip, port: request.port }, asked.infoHash, () =>
        this.#table.markReachable(infoHash, ip, request.port),
      );
    const origin = requester.isSeed || request.numWant === 0 ? [] : this.#originFor(localIp);
    const numWant = request.event === 'stopped' ? 0 : request.numWant - origin.length;
    const { peers } = swarm;
    const chosen = numWant > 0 ? choosePeers({ requester, peers, numWant, random: this.#random }) : [];
    return {
      intervalSeconds: INTERVAL_SECONDS,
      minIntervalSeconds: MIN_INTERVAL_SECONDS,
      seeds: swarm.seeds + 1,
      leechers: swarm.leechers,
      peers: [...origin, ...chosen],
    };
  }

  /** Unknown torrents are left out (BEP 48). */
  scrape(asked: readonly InfoHash[]): ReadonlyMap<InfoHash, SwarmCounts> {
    const answer = new Map<InfoHash, SwarmCounts>();
    for (const infoHash of asked) {
      const v1 = this.#v1Of(infoHash);
      const counts = v1 && this.#table.counts(v1, this.#now());
      if (counts) answer.set(infoHash, { ...counts, seeds: counts.seeds + 1 });
    }
    return answer;
  }

  close(): void {
    clearInterval(this.#sweep);
    this.#dialBack.close();
    this.#seats.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  #v1Of(infoHash: InfoHash): InfoHash | undefined {
    return this.#table.has(infoHash) ? infoHash : this.#v1OfV2.get(infoHash);
  }

  #originFor(localIp: string): AnswerPeer[] {
    const { peerId, port, advertiseIp } = this.#origin;
    const ip = advertiseIp ?? localIp;
    const compact = compactPeer(ip, port);
    return compact ? [{ ip, port, peerId, compact }] : [];
  }

  #know(image: StoredImage): void {
    this.#table.add(image.infoHash);
    this.#v1OfV2.set(truncated(image), image.infoHash);
  }

  #forget(image: StoredImage): void {
    this.#table.remove(image.infoHash);
    this.#seats.forget(image.infoHash);
    this.#v1OfV2.delete(truncated(image));
  }
}

/** BEP 52: trackers and handshakes carry the first 20 bytes of the v2 info-hash. */
const truncated = (image: StoredImage): InfoHash => image.infoHashV2.slice(0, 40) as InfoHash;
