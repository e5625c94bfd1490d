/**
 * The tracker's decisions: who is entered, who is handed out. HTTP is tracker-route.ts's business, memory the
 * swarm table's. Threat rows 20 to 22.
 */
import { randomInt } from 'node:crypto';
import { seededRandom } from '../../shared/random.ts';
import type { AnnounceRequest } from '../../shared/tracker/announce-query.ts';
import { compactPeer } from '../../shared/tracker/compact.ts';
import type { AnnounceAnswer, AnswerPeer } from '../../shared/tracker/encode-response.ts';
import type { Seat, ToldSet } from '../../shared/tracker/fleet-sets.ts';
import { choosePeers } from '../../shared/tracker/handout.ts';
import type { SwarmCounts } from '../../shared/tracker/scrape.ts';
import type { SwarmPeer } from '../../shared/tracker/swarm.ts';
import { SwarmTable, type SwarmTableLimits } from '../../shared/tracker/swarm-table.ts';
import type { InfoHash, PeerId } from '../../shared/units.ts';
import type { Catalog, StoredImage } from '../catalog/catalog-api.ts';
import type { EdgeRegistry } from '../feed/edge-registry.ts';
import { DialBack, type DialBackLimits } from './dial-back.ts';
import { FleetAnnounces } from './fleet-announces.ts';
import { FleetIntroductions } from './fleet-introductions.ts';
import { FleetSeats } from './fleet-seats.ts';
import { PublishedSets } from './published-sets.ts';

export interface TrackerOptions {
  readonly catalog: Pick<Catalog, 'images' | 'onPublished' | 'onPurged'>;
  readonly registry: EdgeRegistry;
  /** What edges announce over their feeds; undefined: all ask over HTTP. */
  readonly announces?: FleetAnnounces;
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
  readonly #published = new PublishedSets();
  readonly #announces: FleetAnnounces;
  readonly #introductions: FleetIntroductions;
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
    this.#announces = options.announces ?? new FleetAnnounces(() => 0);
    this.#introductions = new FleetIntroductions(this.#announces, this.#random);
    this.#announces.onTold = (seat, sets) => this.#told(seat, sets);
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

  /** Places in swarms, those of the fleet among them. */
  get peerCount(): number {
    return this.#table.peerCount + this.#announces.sets.placeCount(this.#published.numbers);
  }

  /**
   * @param ip where the request comes from
   * @param localIp the address by which the client reached this origin
   * @returns undefined for a torrent that this origin does not publish
   */
  announce(asked: AnnounceRequest, ip: string, localIp: string): AnnounceAnswer | undefined {
    const infoHash = this.#published.v1Of(asked.infoHash);
    if (infoHash === undefined) return undefined;
    const seat = this.#seats.seatOf(asked.peerId, ip);
    const number = this.#published.numberOf(infoHash);
    const sets = this.#announces.sets;
    // Its feed speaks for it: it gets its answer and no second place.
    const isOnFeed = seat !== undefined && sets.isIn(asked.peerId, number);
    const event = isOnFeed ? 'stopped' : asked.event;
    const request = { ...asked, infoHash, event, port: seat?.port ?? asked.port };
    const swarm = this.#table.announce(request, seat?.ip ?? ip, seat !== undefined, this.#now());
    if (!swarm) return undefined;
    const { requester } = swarm;
    if (seat) this.#seats.announced(request, seat);
    else if (requester.isReachable && swarm.isNew) this.#introductions.ofStranger(number, requester);
    else if (!requester.isReachable && request.event !== 'stopped')
      this.#dialBack.check({ ip, port: request.port }, asked.infoHash, () => {
        const peer = this.#table.markReachable(infoHash, ip, request.port);
        if (peer) this.#introductions.ofStranger(number, peer);
      });
    const fleet = sets.peersOf(number);
    const fleetSeeds = fleet.reduce((sum, peer) => sum + (peer.isSeed ? 1 : 0), 0);
    // Who just started may be no seed yet: with a magnet link alone aria2 says that nothing is left (BEP 9).
    const isSeed = requester.isSeed && asked.event !== 'started';
    const origin = isSeed || request.numWant === 0 ? [] : this.#originFor(localIp);
    const numWant = asked.event === 'stopped' ? 0 : request.numWant - origin.length;
    return {
      intervalSeconds: INTERVAL_SECONDS,
      minIntervalSeconds: MIN_INTERVAL_SECONDS,
      seeds: swarm.seeds + fleetSeeds + 1,
      leechers: swarm.leechers + fleet.length - fleetSeeds,
      peers: [...origin, ...this.#choose({ ...requester, isSeed }, fleet, swarm.peers, numWant)],
    };
  }

  /** Unknown torrents are left out (BEP 48). */
  scrape(asked: readonly InfoHash[]): ReadonlyMap<InfoHash, SwarmCounts> {
    const answer = new Map<InfoHash, SwarmCounts>();
    for (const infoHash of asked) {
      const v1 = this.#published.v1Of(infoHash);
      const counts = v1 && this.#table.counts(v1, this.#now());
      if (!counts) continue;
      const fleet = this.#announces.sets.peersOf(this.#published.numberOf(v1));
      const fleetSeeds = fleet.filter(({ isSeed }) => isSeed).length;
      const leechers = counts.leechers + fleet.length - fleetSeeds;
      answer.set(infoHash, { ...counts, leechers, seeds: counts.seeds + fleetSeeds + 1 });
    }
    return answer;
  }

  close(): void {
    clearInterval(this.#sweep);
    this.#dialBack.close();
    this.#announces.close();
    this.#seats.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** Half of the answer for the fleet, which is known to serve; the rest of either goes to the other. */
  #choose(
    requester: SwarmPeer,
    fleet: readonly SwarmPeer[],
    others: readonly SwarmPeer[],
    numWant: number,
  ): SwarmPeer[] {
    if (numWant <= 0) return [];
    const random = this.#random;
    const fleetShare = Math.max(Math.ceil(numWant / 2), numWant - others.length);
    const nodes = choosePeers({ requester, peers: fleet, numWant: fleetShare, random });
    const rest = numWant - nodes.length;
    return rest > 0 ? [...nodes, ...choosePeers({ requester, peers: others, numWant: rest, random })] : nodes;
  }

  /** An edge named sets over its feed, which speaks for its address from then on. */
  #told(seat: Seat, sets: readonly ToldSet[]): void {
    for (const set of sets) {
      const infoHash = this.#published.withNumber(set.number);
      if (infoHash === undefined) continue;
      this.#table.dropAddress(infoHash, seat.asSeed.key);
      if (set.isSeed && set.didWant) this.#table.countCompleted(infoHash);
      this.#introductions.toEdge(seat, set, this.#table.peersOf(infoHash));
    }
  }

  #originFor(localIp: string): AnswerPeer[] {
    const { peerId, port, advertiseIp } = this.#origin;
    const ip = advertiseIp ?? localIp;
    const compact = compactPeer(ip, port);
    return compact ? [{ ip, port, peerId, compact }] : [];
  }

  #know(image: StoredImage): void {
    this.#table.add(image.infoHash);
    this.#published.add(image);
  }

  #forget(image: StoredImage): void {
    this.#table.remove(image.infoHash);
    this.#seats.forget(image.infoHash);
    this.#announces.sets.forget(image.entryNumber);
    this.#published.remove(image);
  }
}
