/**
 * Shaped links in user space: each node has an address at which it listens, and one at which others reach it, where a
 * relay stands. A connection from node to node goes through the sender's uplink and the receiver's downlink, both
 * ways; what comes from the shoppers' address has a link of its own, and all else is refused. To both ends it looks as if the other's public address were there.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Random } from '../../../shared/random.ts';
import { Flow } from './flow.ts';
import { type LinkShape, pathBetween } from './link-shape.ts';
import { RateLine } from './rate-line.ts';
import { RealClock } from './real-clock.ts';

export interface RelayedNode {
  /** Where it listens, and where its own connections come from. */
  readonly innerIp: string;
  /** Where others reach it, and see it come from. */
  readonly outerIp: string;
  readonly link: LinkShape;
}

export interface RelayOptions {
  readonly nodes: readonly RelayedNode[];
  readonly shopperIp: string;
  readonly shopper: LinkShape;
  readonly httpPort: number;
  readonly peerPort: number;
  readonly random: Random;
}

/** What left a node since the start, without TCP's own headers. */
export interface Traffic {
  toPeersBytes: number;
  toNodesHttpBytes: number;
  toShoppersBytes: number;
}

interface Place {
  readonly node: RelayedNode;
  readonly up: RateLine;
  readonly down: RateLine;
  readonly traffic: Traffic;
}

type Sort = keyof Traffic;

export class Relay {
  readonly #options: RelayOptions;
  readonly #clock = new RealClock();
  readonly #places: readonly Place[];
  readonly #byInnerIp: ReadonlyMap<string, Place>;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#places = options.nodes.map((node) => this.#placeOf(node));
    this.#byInnerIp = new Map(this.#places.map((place) => [place.node.innerIp, place]));
  }

  /** By node, in their order. */
  traffic(): readonly Traffic[] {
    return this.#places.map(({ traffic }) => ({ ...traffic }));
  }

  async listen(): Promise<void> {
    const { httpPort, peerPort } = this.#options;
    for (const place of this.#places) {
      await this.#listen(place, httpPort);
      await this.#listen(place, peerPort);
    }
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#clock.close();
  }

  #listen(to: Place, port: number): Promise<void> {
    const options = { allowHalfOpen: true, noDelay: true };
    const server = createServer(options, (socket) => this.#accept(socket, to, port));
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: to.node.outerIp, port, backlog: 511 }, resolve);
    });
  }

  #accept(caller: Socket, to: Place, port: number): void {
    const from = this.#callerOf(caller);
    if (from === undefined) {
      // Bytes that no link shaped would spoil the figures.
      caller.destroy();
      return;
    }
    const path = pathBetween(from.node.link, to.node.link);
    const called = connect({
      host: to.node.innerIp,
      port,
      localAddress: from.node.outerIp,
      allowHalfOpen: true,
      noDelay: true,
    });
    const isShopper = !this.#places.includes(from);
    const sort: Sort = isShopper
      ? 'toShoppersBytes'
      : port === this.#options.peerPort
        ? 'toPeersBytes'
        : 'toNodesHttpBytes';
    const flows = [
      this.#flow({ source: caller, sink: called }, from, to, sort),
      this.#flow({ source: called, sink: caller }, to, from, sort),
    ];
    this.#tie(caller, called, path.delayMs);
    // A handshake is a round trip before the first byte.
    this.#clock.at(this.#clock.nowMs + 2 * path.delayMs, () => {
      for (const flow of flows) flow.open();
    });
  }

  /** A visitor's link is nobody else's: each connection has a new one. */
  #callerOf({ remoteAddress = '' }: Socket): Place | undefined {
    const { shopperIp, shopper } = this.#options;
    if (remoteAddress !== shopperIp) return this.#byInnerIp.get(remoteAddress);
    return this.#placeOf({ innerIp: shopperIp, outerIp: shopperIp, link: shopper });
  }

  #placeOf(node: RelayedNode): Place {
    return {
      node,
      up: new RateLine(this.#clock, node.link.upBytesPerSecond),
      down: new RateLine(this.#clock, node.link.downBytesPerSecond),
      traffic: { toPeersBytes: 0, toNodesHttpBytes: 0, toShoppersBytes: 0 },
    };
  }

  #flow(ends: { source: Socket; sink: Socket }, from: Place, to: Place, sort: Sort): Flow {
    return new Flow({
      ...ends,
      clock: this.#clock,
      random: this.#options.random,
      up: from.up,
      down: to.down,
      path: pathBetween(from.node.link, to.node.link),
      onLeft: (bytes) => {
        from.traffic[sort] += bytes;
      },
    });
  }

  /** An end in order goes the way of the bytes before it; one end that breaks off is heard of at the other a way later. */
  #tie(a: Socket, b: Socket, delayMs: number): void {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.once('close', (hadError) => {
        this.#sockets.delete(one);
        if (hadError || !one.readableEnded)
          this.#clock.at(this.#clock.nowMs + delayMs, () => void other.destroy());
      });
    }
  }
}
