/** Performs the engine's announces: to trackers this node may talk to, a few at a time. */
import { setMaxListeners } from 'node:events';
import type { Address, EngineInput } from '../engine/inputs.ts';
import type { InfoHash, PeerId } from '../units.ts';
import { TrackerRefusal } from './swarm-node-ask-tracker.ts';
import type { AnnounceAction, NodeLog } from './swarm-node-parts.ts';
import type { HostedTorrent } from './swarm-node-torrent.ts';

export interface Announced {
  readonly addresses: readonly Address[];
  readonly intervalMs: number;
}

export interface AnnounceDetails {
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  readonly port: number;
  readonly event: AnnounceAction['event'];
  readonly uploadedBytes: number;
  readonly downloadedBytes: number;
  readonly leftBytes: number;
}

export interface AnnouncerParts {
  /** The URL, if this node may announce there. */
  readonly allow: (url: string) => URL | undefined;
  /** One announce over the network. */
  readonly ask: (url: URL, details: AnnounceDetails, signal: AbortSignal) => Promise<Announced>;
  /** Tells whether an announce was taken elsewhere; see SwarmNodeParts.announceElsewhere. */
  readonly takeElsewhere?: (action: AnnounceAction) => boolean;
  readonly peerId: PeerId;
  readonly port: () => number;
  readonly log: NodeLog;
  readonly feed: (input: EngineInput) => void;
  readonly torrent: (infoHash: InfoHash) => HostedTorrent | undefined;
}

/** A node that starts with ten thousand torrents must not ask for all at once. */
const MAX_AT_A_TIME = 16;
/** Between announces of a node whose usual way is elsewhere: ten thousand torrents are no burst, but half an hour. */
const GENTLE_PACE_MS = 200;

interface Waiting {
  readonly action: AnnounceAction;
  readonly url: URL;
  readonly details: AnnounceDetails;
}

export class Announcer {
  readonly #parts: AnnouncerParts;
  readonly #line: Waiting[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  /** Trackers that failed last: one line when they go and one when they are back, not one a torrent. */
  readonly #away = new Set<string>();

  /** Before it no announce is sent. */
  #nextAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    // Each announce under way listens; Node takes more than ten listeners for a leak and says so.
    setMaxListeners(MAX_AT_A_TIME, this.#abort.signal);
  }

  announce(action: AnnounceAction): void {
    if (this.#wentElsewhere(action)) return;
    const announceUrl = this.#parts.torrent(action.torrent)?.options.announceUrl;
    // No tracker is no failure: the feed tells the fleet's addresses, and nothing need be tried again.
    if (announceUrl === undefined) return;
    const url = this.#parts.allow(announceUrl);
    if (!url) {
      this.#parts.log.warn({ announceUrl, torrent: action.torrent }, 'not announced: no trusted origin');
      return;
    }
    this.#line.push({
      action,
      url,
      details: {
        infoHash: action.torrent,
        peerId: this.#parts.peerId,
        port: this.#parts.port(),
        event: action.event,
        uploadedBytes: action.uploadedBytes,
        downloadedBytes: action.downloadedBytes,
        leftBytes: action.leftBytes,
      },
    });
    this.#next();
  }

  /** Waits for what was announced, at most so long; then gives the rest up. */
  async close(timeoutMs: number): Promise<void> {
    this.#nextAt = Number.POSITIVE_INFINITY;
    if (this.#parts.takeElsewhere) this.#line.length = 0;
    clearTimeout(this.#timer);
    const timer = setTimeout(() => {
      this.#line.length = 0;
      this.#abort.abort();
    }, timeoutMs);
    while (this.#running.size > 0) await Promise.race(this.#running);
    clearTimeout(timer);
  }

  #next(): void {
    while (this.#running.size < MAX_AT_A_TIME && this.#line.length > 0) {
      if (this.#mustPause()) return;
      const waiting = this.#line.shift() as Waiting;
      // While it waited, the other way may have come back.
      if (this.#wentElsewhere(waiting.action)) continue;
      this.#nextAt = performance.now() + GENTLE_PACE_MS;
      const running = this.#perform(waiting).finally(() => {
        this.#running.delete(running);
        this.#next();
      });
      this.#running.add(running);
    }
  }

  #wentElsewhere(action: AnnounceAction): boolean {
    if (!this.#parts.takeElsewhere?.(action)) return false;
    const { torrent } = action;
    this.#parts.feed({ type: 'announced', torrent, addresses: [], intervalMs: Number.POSITIVE_INFINITY });
    return true;
  }

  /** Of a node that announces elsewhere as a rule. */
  #mustPause(): boolean {
    if (!this.#parts.takeElsewhere) return false;
    const waitMs = this.#nextAt - performance.now();
    if (waitMs <= 0) return false;
    if (Number.isFinite(waitMs))
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#next();
      }, waitMs);
    return true;
  }

  async #perform({ url, details }: Waiting): Promise<void> {
    const torrent = details.infoHash;
    try {
      const answer = await this.#parts.ask(url, details, this.#abort.signal);
      if (this.#away.delete(url.origin))
        this.#parts.log.info({ tracker: url.origin }, 'the tracker answers again');
      this.#parts.feed({ type: 'announced', torrent, ...answer });
    } catch (error) {
      const isRefusal = error instanceof TrackerRefusal;
      if (!this.#abort.signal.aborted) this.#complain(error, url, torrent, isRefusal);
      const retryMs = isRefusal ? error.retryMs : undefined;
      this.#parts.feed({ type: 'announceFailed', torrent, retryMs });
    }
  }

  #complain(error: unknown, url: URL, torrent: InfoHash, isRefusal: boolean): void {
    if (!isRefusal && this.#away.has(url.origin)) return;
    if (!isRefusal) this.#away.add(url.origin);
    this.#parts.log.warn({ err: error, tracker: url.origin, torrent }, 'the announce failed');
  }
}
