/** A peer over a real socket that says what the test tells it to, honest or not. */
import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Geometry } from '../../shared/geometry.ts';
import { randomPeerId } from '../../shared/node/crypto/identity.ts';
import { buildAnnounceUrl } from '../../shared/tracker/announce-query.ts';
import type { InfoHash, PeerId } from '../../shared/units.ts';
import { MessageDecoder } from '../../shared/wire/decoder.ts';
import { encodeBitfield, encodePiece, encodeUnchoke } from '../../shared/wire/encode.ts';
import { encodeHandshake, HandshakeReader } from '../../shared/wire/handshake.ts';
import type { Message } from '../../shared/wire/messages.ts';

/** One connection: what it said, and that it ended. */
export class WireLink {
  readonly socket: Socket;
  readonly heard: Message[] = [];
  /** Resolves when the other side has ended the connection. */
  readonly closed: Promise<void>;
  readonly greeted: Promise<void>;
  onMessage: (message: Message) => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    const reader = new HandshakeReader();
    const decoder = new MessageDecoder({ maxMessageBytes: 1 << 20 });
    let isGreeted = false;
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    this.greeted = new Promise((resolve) => {
      socket.on('data', (bytes: Buffer) => {
        let rest: Uint8Array = bytes;
        if (!isGreeted) {
          const read = reader.feed(rest);
          if (!read) return;
          isGreeted = true;
          resolve();
          rest = rest.subarray(read.consumedBytes);
        }
        decoder.feed(rest, (message) => this.#hear(message));
      });
    });
  }

  say(...chunks: readonly Uint8Array[]): this {
    for (const chunk of chunks) this.socket.write(chunk);
    return this;
  }

  greet(infoHash: string, peerId: PeerId = randomPeerId(), fast = false): this {
    const handshake = { infoHash: infoHash as InfoHash, peerId, fast, extended: false, v2: false };
    return this.say(encodeHandshake(handshake));
  }

  has(type: Message['type']): boolean {
    return this.heard.some((message) => message.type === type);
  }

  #hear(message: Message): void {
    this.heard.push(
      message.type === 'piece' ? { ...message, block: Uint8Array.from(message.block) } : message,
    );
    this.onMessage(message);
  }
}

/** @param from local address of the connection: one of 127.0.0.0/8, each an address of its own */
export async function dialPeer(port: number, from = '127.0.0.1'): Promise<WireLink> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  const link = new WireLink(socket);
  await Promise.race([once(socket, 'connect'), link.closed]);
  return link;
}

/** A seed of one torrent on an address of its own. What it sends for a piece is its own affair. */
export class SeedPeer {
  readonly peerId = randomPeerId();
  readonly ip: string;
  readonly links: WireLink[] = [];
  /** Blocks sent. */
  sent = 0;
  readonly #infoHash: string;
  readonly #geometry: Geometry;
  readonly #block: (piece: number, beginBytes: number, lengthBytes: number) => Uint8Array;
  readonly #blockMs: number;
  #server: Server | undefined;

  /** @param blockMs a pause before each block, so that a test's other seeds get their share of the requests */
  constructor(
    ip: string,
    infoHash: string,
    geometry: Geometry,
    block: (piece: number, beginBytes: number, lengthBytes: number) => Uint8Array,
    blockMs = 0,
  ) {
    this.ip = ip;
    this.#infoHash = infoHash;
    this.#geometry = geometry;
    this.#block = block;
    this.#blockMs = blockMs;
  }

  async listen(): Promise<number> {
    const server = createServer((socket) => this.serve(new WireLink(socket)));
    this.#server = server;
    server.listen(0, this.ip);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Greets and answers every request. */
  serve(link: WireLink): void {
    this.links.push(link);
    link.greet(this.#infoHash, this.peerId);
    const full = new Uint8Array(Math.ceil(this.#geometry.pieceCount / 8)).fill(0xff);
    const spare = full.length * 8 - this.#geometry.pieceCount;
    full[full.length - 1] = (0xff << spare) & 0xff;
    link.say(encodeBitfield(full), encodeUnchoke());
    let line = Promise.resolve();
    link.onMessage = (message) => {
      if (message.type !== 'request') return;
      const { piece, beginBytes, lengthBytes } = message;
      line = line.then(async () => {
        if (this.#blockMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#blockMs));
        this.sent++;
        link.say(encodePiece(piece, beginBytes, this.#block(piece, beginBytes, lengthBytes)));
      });
    };
  }

  /** Asks the tracker from its own address, as a seed. */
  async announce(originUrl: string, port: number): Promise<void> {
    const url = buildAnnounceUrl(`${originUrl}/announce`, {
      infoHash: this.#infoHash as InfoHash,
      peerId: this.peerId,
      port,
      uploadedBytes: 0,
      downloadedBytes: 0,
      leftBytes: 0,
      event: 'started',
      numWant: 0,
    });
    await new Promise<void>((resolve, reject) => {
      const request = get(url, { localAddress: this.ip }, (response) => {
        response.resume().once('end', resolve);
      });
      request.once('error', reject);
    });
  }

  async close(): Promise<void> {
    for (const { socket } of this.links) socket.destroy();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
  }
}
