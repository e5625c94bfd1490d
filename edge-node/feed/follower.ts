/** Follows the origin's feed: gives its entries and heads to the log, its addresses to the fleet book. */
import { isIP } from 'node:net';
import {
  type AcknowledgeFrame,
  FEED_VERSION,
  type FeedClientFrame,
  type FeedServerFrame,
} from '../../shared/api-types/feed.ts';
import { PeerError } from '../../shared/errors.ts';
import type { AnnounceFrame, PeersFrame } from '../../shared/feed/announce-frames.ts';
import { parseHeadBody } from '../../shared/log/codec.ts';
import { EMPTY_LOG_HASH } from '../../shared/log/entry.ts';
import type { Random } from '../../shared/random.ts';
import type { FleetBook } from '../fleet-book.ts';
import type { HashesFrame, WantHashesFrame } from '../images/hash-desk.ts';
import type { OfferedHashes } from '../images/offered-hashes.ts';
import { FeedClient, type FeedClientLimits, type FeedPeer } from './feed-client.ts';
import { FeedRefusals } from './feed-refusals.ts';
import type { LogStore } from './log-store.ts';

export type Hello = Extract<FeedClientFrame, { type: 'hello' }>;
export type Progress = Extract<FeedClientFrame, { type: 'progress' }>;

export interface FollowerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface FollowerParts {
  readonly origin: string;
  readonly log: FollowerLog;
  readonly store: LogStore;
  readonly fleet: FleetBook;
  readonly hashes: OfferedHashes;
  readonly random: Random;
  /** Who we are; the log's head is added. */
  introduction(): Omit<Hello, 'type' | 'version' | 'head'>;
  /** The origin took us in. */
  welcomed(): void;
  /** The socket is gone, or could not be had. `isAway`: the origin does not answer, or refused us. */
  lost(isAway: boolean): void;
  /** Entries came; those that count are in effect. */
  entriesCame(): void;
  /** A head came. `answers`: the question that it answers. */
  headCame(number: number, answers: number | undefined): void;
  /** The origin shows another log than ours: there is nothing to catch up with. */
  otherHistory(): void;
  /** Hashes that were asked for. */
  hashesCame(frame: HashesFrame): void;
  /** Peers outside the fleet. */
  peersTold(frame: PeersFrame): void;
  readonly limits?: Partial<FeedClientLimits>;
}

export class Follower {
  readonly #parts: FollowerParts;
  readonly #client: FeedClient;
  readonly #refusals: FeedRefusals;
  /**
   * The origin said that our logs differ, but a word is no proof: the next hello claims to know nothing, so that it
   * shows its whole history, signed, and the keeper can compare.
   */
  #askForWholeLog = false;
  #attempted = false;
  #wasWelcome = true;
  /** Since the last welcome. */
  #refusedFor: string | undefined;
  #welcomes = 0;
  #isWelcome = false;
  #takesAcknowledgements = false;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#refusals = new FeedRefusals(parts);
    this.#client = new FeedClient({
      origin: parts.origin,
      random: parts.random,
      hello: () => this.#hello(),
      received: (frame, from) => this.#received(frame, from),
      lost: (error, wasOpen) => this.#lost(error, wasOpen),
      ...(parts.limits ? { limits: parts.limits } : {}),
    });
  }

  get isConnected(): boolean {
    return this.#client.isOpen;
  }

  /** Number of the welcome that the feed stands on; undefined before it, for the origin takes nothing but a hello then. */
  get session(): number | undefined {
    return this.#isWelcome ? this.#welcomes : undefined;
  }

  /**
   * There is nothing to catch up with: the origin is away (a dial has failed since start, so it is not just slow),
   * or it shows another log than the one we hold.
   */
  get cannotCatchUp(): boolean {
    return (this.#attempted && !this.#client.isOpen) || this.#refusals.sawOtherHistory;
  }

  /** How often what the origin sent was refused, by code. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals.counts;
  }

  start(): void {
    this.#client.start();
  }

  report(progress: Progress): void {
    if (this.#isWelcome) this.#client.send(progress);
  }

  announce(frame: AnnounceFrame): void {
    this.#client.send(frame);
  }

  wantHashes(frame: WantHashesFrame): void {
    this.#client.send(frame);
  }

  acknowledge(frame: AcknowledgeFrame): void {
    if (this.#takesAcknowledgements) this.#client.send(frame);
  }

  /** @returns false when this origin cannot be asked */
  askHead(question: number): boolean {
    if (this.#takesAcknowledgements) this.#client.send({ type: 'askHead', question });
    return this.#takesAcknowledgements;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #hello(): Hello {
    const { number, hash } = this.#parts.store.head;
    const head = this.#askForWholeLog ? { number: 0, hash: EMPTY_LOG_HASH } : { number, hash };
    this.#askForWholeLog = false;
    return { type: 'hello', version: FEED_VERSION, head, ...this.#parts.introduction() };
  }

  async #received(frame: FeedServerFrame, from: FeedPeer): Promise<void> {
    const { store, fleet } = this.#parts;
    switch (frame.type) {
      case 'welcome':
        await this.#welcomed(frame, from);
        return;
      case 'entries': {
        const { number } = store.head;
        // Before the entries: what they publish is joined as soon as it is known.
        this.#parts.hashes.offer(frame.pieceHashes);
        this.#refusals.judge(await store.offerEntries(frame.entries), store.head.number);
        this.#parts.entriesCame();
        // The way back leads to where the logs parted: what the origin sent before the key change was refused, and comes
        // again to who says hello.
        if (store.head.number < number)
          throw new Error('the log was rewound: what follows is asked for again');
        return;
      }
      case 'head': {
        const { session } = this;
        this.#refusals.judge(await store.offerHead(frame.head), store.head.number);
        // What a socket told that was lost meanwhile may be long ago (PU4).
        if (this.session === session)
          this.#parts.headCame(parseHeadBody(frame.head.body).head, frame.answers);
        return;
      }
      case 'fleet':
        fleet.setSiblings(frame.nodes);
        return;
      case 'hashes':
        this.#parts.hashesCame(frame);
        return;
      case 'peers':
        this.#parts.peersTold(frame);
        return;
      case 'refused':
        this.#askForWholeLog = frame.code === 'feed_fork' || frame.code === 'feed_ahead';
        throw new PeerError(frame.code, frame.message);
    }
  }

  async #welcomed(frame: Extract<FeedServerFrame, { type: 'welcome' }>, from: FeedPeer): Promise<void> {
    if (frame.version !== FEED_VERSION)
      throw new PeerError('feed_version', `the origin speaks feed version ${frame.version}`);
    await this.#parts.store.pin(frame.rootKey);
    this.#parts.hashes.publicUrl = frame.publicUrl;
    const { peerId, host, port } = frame.peer;
    const ip = host !== null && isIP(host) !== 0 ? host : from.ip;
    if (ip !== undefined) this.#parts.fleet.setOrigin(peerId, { ip, port });
    this.#client.settled();
    this.#wasWelcome = true;
    this.#refusedFor = undefined;
    this.#isWelcome = true;
    this.#welcomes++;
    this.#takesAcknowledgements = frame.acknowledgements === true;
    this.#parts.log.info({ origin: this.#parts.origin }, 'feed joined');
    this.#parts.welcomed();
  }

  #lost(error: Error | undefined, wasOpen: boolean): void {
    this.#attempted = true;
    this.#isWelcome = false;
    this.#takesAcknowledgements = false;
    this.#parts.lost(!wasOpen || error instanceof PeerError);
    const code = error instanceof PeerError ? error.code : undefined;
    if (code !== undefined) this.#refusals.count(code);
    // One line for the loss and for each reason, not one for each dial that fails after it.
    if (this.#wasWelcome || (code !== undefined && code !== this.#refusedFor))
      this.#parts.log.warn({ code, reason: error?.message }, 'feed lost; serving what is here');
    this.#refusedFor = code ?? this.#refusedFor;
    this.#wasWelcome = false;
  }
}
