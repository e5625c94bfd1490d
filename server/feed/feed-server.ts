/**
 * The feed (WebSocket `/feed`): admits sockets, wakes sessions when the log grows, beats the signed heartbeat,
 * tells the fleet who is in it. Design section 7; threat rows 15, 22, 29, 30 and 50.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { STOOD_STILL_MS } from '../../shared/node/process/awake-clock.ts';
import type { Catalog } from '../catalog/catalog-api.ts';
import { refuseUpgrade } from '../http/refuse-upgrade.ts';
import { canonicalIp, clientAddress, type TrustedProxies } from '../tracker/client-address.ts';
import type { FleetAnnounces } from '../tracker/fleet-announces.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { AdmissionPace } from './admission-pace.ts';
import type { EdgeRegistry } from './edge-registry.ts';
import type { FeedHub } from './feed-hub.ts';
import { FEED_LIMITS, type FeedLimits } from './feed-limits.ts';
import { FeedSession } from './feed-session.ts';
import { LogBatches } from './log-batches.ts';
import { OriginFrames, type OriginFramesParts } from './origin-frames.ts';
import { type EdgeTwins, SeatGuard } from './seat-guard.ts';

export type FeedCatalog = Pick<
  Catalog,
  'rootKey' | 'head' | 'hashOfEntry' | 'entriesAfter' | 'signHead' | 'onAppend' | 'torrent'
>;

export interface FeedServerOptions {
  readonly catalog: FeedCatalog;
  readonly registry: EdgeRegistry;
  readonly peer: OriginFramesParts['peer'];
  readonly publicUrl: OriginFramesParts['publicUrl'];
  readonly fleetToken: string | undefined;
  readonly proxies: TrustedProxies;
  /** Takes what edges announce; undefined: nobody listens. */
  readonly announces?: FleetAnnounces;
  /** Takes what edges acknowledge; undefined: nobody waits for it. */
  readonly acknowledgements?: Acknowledgements;
  readonly onError: (error: unknown) => void;
  /** An edge was refused because another that answers has its peer id. */
  readonly onTwin?: (twins: EdgeTwins) => void;
  readonly limits?: Partial<FeedLimits>;
  /** Monotonic ms; undefined: the system's clock. */
  readonly now?: () => number;
}

export class FeedServer implements FeedHub {
  readonly log: FeedCatalog;
  readonly registry: EdgeRegistry;
  readonly limits: FeedLimits;
  readonly fleetToken: string | undefined;
  readonly announces: FleetAnnounces | undefined;
  readonly acknowledgements: Acknowledgements | undefined;
  readonly admissionPace: AdmissionPace;
  readonly batches: LogBatches;
  readonly frames: OriginFrames;
  readonly seats: SeatGuard;
  readonly #options: FeedServerOptions;
  readonly #server: WebSocketServer;
  readonly #sessions = new Set<FeedSession>();
  readonly #socketsByIp = new Map<string, number>();
  readonly #timers: NodeJS.Timeout[];
  readonly #unsubscribe: (() => void)[];
  #lookedAt: number;
  #fleetTimer: NodeJS.Timeout | undefined;
  readonly #onGone: (() => void)[] = [];
  #closing = false;

  constructor(options: FeedServerOptions) {
    this.#options = options;
    this.log = options.catalog;
    this.registry = options.registry;
    this.fleetToken = options.fleetToken;
    this.announces = options.announces;
    this.acknowledgements = options.acknowledgements;
    this.limits = { ...FEED_LIMITS, ...options.limits };
    this.admissionPace = new AdmissionPace(this.limits, this.now());
    this.batches = new LogBatches(options.catalog, this.limits);
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: this.limits.maxFrameBytes,
      perMessageDeflate: false,
      clientTracking: false,
    });
    this.frames = new OriginFrames({
      ...options,
      log: options.catalog,
      headValidMs: this.limits.headValidMs,
      now: () => this.now(),
      wallClock: Date.now,
    });
    this.seats = new SeatGuard({
      registry: options.registry,
      sessions: this.#sessions,
      now: () => this.now(),
      onTwin: (twins) => options.onTwin?.(twins),
    });
    this.#lookedAt = this.now();
    this.#timers = [
      setInterval(() => this.#beat(), this.limits.headEveryMs),
      setInterval(() => this.#checkLiveness(), this.limits.pingEveryMs),
    ];
    this.#unsubscribe = [
      options.catalog.onAppend(() => this.#appended()),
      options.registry.onChange(() => this.#fleetChanged()),
    ];
  }

  get sockets(): number {
    return this.#sessions.size;
  }

  /** Takes over a request that asked to be upgraded on `/feed`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ip = clientAddress(
      request.socket.remoteAddress,
      request.headers['x-forwarded-for'],
      this.#options.proxies,
    );
    // Edges send no Origin; a web page that a shopper of the fleet's network opened does, and has no business here.
    const refused =
      ip === undefined || request.method !== 'GET'
        ? 400
        : request.headers.origin !== undefined
          ? 403
          : undefined;
    if (refused !== undefined || ip === undefined || this.#closing) {
      refuseUpgrade(socket, refused ?? 503);
      return;
    }
    const ofIp = this.#socketsByIp.get(ip) ?? 0;
    const isFull = this.#sessions.size >= this.limits.maxSockets || ofIp >= this.limits.maxSocketsPerIp;
    // Past twice the cap not even the courtesy of a reason is affordable.
    if (this.#sessions.size >= 2 * this.limits.maxSockets) {
      socket.destroy();
      return;
    }
    const localIp = canonicalIp(request.socket.localAddress ?? '') ?? '127.0.0.1';
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const session = new FeedSession(this, webSocket, ip, localIp);
      this.#sessions.add(session);
      this.#socketsByIp.set(ip, (this.#socketsByIp.get(ip) ?? 0) + 1);
      webSocket.on('close', () => this.#gone(session));
      if (isFull)
        session.refuse({ code: 'feed_full', message: 'this origin has as many feed sockets as it takes' });
    });
  }

  now(): number {
    return this.#options.now?.() ?? performance.now();
  }

  seated(newcomer: FeedSession): void {
    for (const session of this.#sessions)
      if (session !== newcomer && session.hold && !this.registry.holds(session.hold)) session.terminate();
  }

  failed(error: unknown): void {
    this.#options.onError(error);
  }

  /** Says good-bye to all edges. Resolves when their sockets are closed, after about a second at most. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#fleetTimer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const session of this.#sessions) session.goAway();
    while (this.#sessions.size > 0) await new Promise<void>((resolve) => this.#onGone.push(resolve));
  }

  #gone(session: FeedSession): void {
    this.#sessions.delete(session);
    const left = (this.#socketsByIp.get(session.ip) ?? 1) - 1;
    if (left > 0) this.#socketsByIp.set(session.ip, left);
    else this.#socketsByIp.delete(session.ip);
    for (const resolve of this.#onGone.splice(0)) resolve();
  }

  #appended(): void {
    this.batches.appended();
    this.frames.signHead();
    for (const session of this.#sessions) session.wake();
  }

  #beat(): void {
    this.frames.signHead();
    for (const session of this.#sessions) session.offerHead();
  }

  #checkLiveness(): void {
    const now = this.now();
    const stoodStill = now - this.#lookedAt > this.limits.pingEveryMs + STOOD_STILL_MS;
    this.#lookedAt = now;
    for (const session of this.#sessions) session.checkLiveness(now, stoodStill);
  }

  #fleetChanged(): void {
    this.frames.fleetChanged();
    const { fleetCoalesceMs, fleetCoalesceMsPerSocket } = this.limits;
    const waitMs = fleetCoalesceMs + this.#sessions.size * fleetCoalesceMsPerSocket;
    this.#fleetTimer ??= setTimeout(() => {
      this.#fleetTimer = undefined;
      this.frames.fleetChanged();
      for (const session of this.#sessions) session.offerFleet();
    }, waitMs);
  }
}
