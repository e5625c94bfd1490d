/**
 * Announces this edge's image sets over the feed, in few frames, and goes back to the HTTP tracker only while the
 * feed has been away for long (rules FA1 to FA5 of docs/PROTOCOL.md).
 */
import { AnnounceBatch } from '../../shared/feed/announce-batch.ts';
import type { AnnounceFrame, PeersFrame } from '../../shared/feed/announce-frames.ts';
import type { SwarmNode } from '../../shared/node/swarm-node-api.ts';
import type { AnnounceAction } from '../../shared/node/swarm-node-parts.ts';
import type { Random } from '../../shared/random.ts';
import type { InfoHash } from '../../shared/units.ts';
import type { ImageTable } from '../images/image-table.ts';

export interface FleetAnnouncerParts {
  readonly table: Pick<ImageTable, 'numberOf' | 'byNumber'>;
  readonly random: Random;
  /** The feed counts as away after this: an origin that restarts is back before. Default 30 s. */
  readonly awayMs?: number;
}

type Swarm = Pick<SwarmNode, 'trackerPeers' | 'announceAgain'>;

const AWAY_MS = 30_000;

export class FleetAnnouncer {
  readonly #parts: FleetAnnouncerParts;
  readonly #batch: AnnounceBatch<InfoHash>;
  #swarm: Swarm | undefined;
  #send: (frame: AnnounceFrame) => void = () => {};
  #isAway = false;
  #isClosed = false;
  #awayTimer: NodeJS.Timeout | undefined;
  #frameTimer: NodeJS.Timeout | undefined;
  #frameAt = Number.POSITIVE_INFINITY;

  constructor(parts: FleetAnnouncerParts) {
    this.#parts = parts;
    const { table, random } = parts;
    const isSet = (number: number) => table.byNumber(number) !== undefined;
    this.#batch = new AnnounceBatch({ numberOf: (set) => table.numberOf(set), isSet }, random);
  }

  /** From now on it can reach the swarm node, whose announces it may have taken already. */
  start(swarm: Swarm, send: (frame: AnnounceFrame) => void): void {
    this.#swarm = swarm;
    this.#send = send;
    this.#awaitFeed();
  }

  /** @returns whether the feed tells the origin, now or once it is back */
  take({ torrent, event, leftBytes }: AnnounceAction): boolean {
    const state = event === 'stopped' ? 'left' : leftBytes === 0 ? 'has' : 'wants';
    this.#batch.change(torrent, state, performance.now());
    this.#sleep();
    return !this.#isAway;
  }

  welcomed(): void {
    clearTimeout(this.#awayTimer);
    this.#awayTimer = undefined;
    this.#batch.opened(performance.now());
    this.#sleep();
    if (!this.#isAway) return;
    this.#isAway = false;
    for (const set of this.#batch.sets()) this.#swarm?.trackerPeers(set, []);
  }

  lost(): void {
    this.#batch.closed();
    this.#sleep();
    this.#awaitFeed();
  }

  /** Sets have other numbers now: all is told again. */
  renumbered(): void {
    if (this.#batch.isOpen) this.#batch.opened(performance.now());
    this.#sleep();
  }

  peersTold({ addresses, sets }: PeersFrame): void {
    for (const { entry, peers } of sets) {
      const infoHash = this.#parts.table.byNumber(entry);
      if (infoHash === undefined) continue;
      this.#swarm?.trackerPeers(
        infoHash,
        peers.flatMap((place) => addresses[place] ?? []),
      );
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#awayTimer);
    clearTimeout(this.#frameTimer);
  }

  #awaitFeed(): void {
    if (this.#isClosed || this.#isAway) return;
    this.#awayTimer ??= setTimeout(() => this.#goneForLong(), this.#parts.awayMs ?? AWAY_MS);
  }

  /** Sets with pieces missing come first: the others have nothing to ask for. */
  #goneForLong(): void {
    this.#isAway = true;
    for (const state of ['wants', 'has'] as const)
      for (const set of this.#batch.sets(state)) this.#swarm?.announceAgain(set);
  }

  #sleep(): void {
    const at = this.#batch.nextAt;
    if (at === this.#frameAt || this.#isClosed) return;
    clearTimeout(this.#frameTimer);
    this.#frameAt = at;
    if (Number.isFinite(at))
      this.#frameTimer = setTimeout(() => this.#speak(), Math.max(0, Math.ceil(at - performance.now())));
  }

  #speak(): void {
    this.#frameAt = Number.POSITIVE_INFINITY;
    const frame = this.#batch.take(performance.now());
    if (frame) this.#send(frame);
    this.#sleep();
  }
}
