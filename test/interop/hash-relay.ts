/**
 * Lets aria2 into the swarm of a hybrid torrent.
 *
 * aria2 1.36 drops empty keys when it reads bencode, and BEP 52's file tree has one per file: it takes the torrent
 * for another one and shows a wrong info-hash (aria2 issue 1903, mended in 1.37). The relay puts the right one into
 * aria2's handshake, and aria2's into the answer; all else goes through as it came. With an aria2 that is right it
 * changes nothing.
 */
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

const HANDSHAKE_BYTES = 68;
const INFO_HASH_AT = 28;
/** First byte of a plain handshake; an encrypted one begins at random. */
const PROTOCOL_LENGTH = 19;

export class HashRelay {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #tracker: HttpServer;

  private constructor(server: Server, tracker: HttpServer) {
    this.#server = server;
    this.#tracker = tracker;
  }

  /**
   * @param to port of the node's peer wire
   * @param theirs info-hash of the client that connects to the relay
   * @param ours info-hash of the node
   */
  static async start(to: number, theirs: string, ours: string): Promise<HashRelay> {
    const server = createServer((client) => {
      const node = connect({ host: '127.0.0.1', port: to });
      for (const socket of [client, node]) {
        relay.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.once('close', () => {
          client.destroy();
          node.destroy();
        });
      }
      client.pipe(withInfoHash(ours)).pipe(node);
      node.pipe(withInfoHash(theirs)).pipe(client);
    });
    server.listen(0, '127.0.0.1');
    // aria2 can be told of a peer by a tracker only: this one knows the relay and nobody else.
    const tracker = createHttpServer((_, res) => {
      const { port } = server.address() as AddressInfo;
      const peer = Buffer.from([127, 0, 0, 1, port >>> 8, port & 255]);
      res.end(Buffer.concat([Buffer.from('d8:intervali60e5:peers6:'), peer, Buffer.from('e')]));
    });
    tracker.listen(0, '127.0.0.1');
    const relay = new HashRelay(server, tracker);
    await Promise.all([once(server, 'listening'), once(tracker, 'listening')]);
    return relay;
  }

  get announceUrl(): string {
    return `http://127.0.0.1:${(this.#tracker.address() as AddressInfo).port}/announce`;
  }

  close(): void {
    this.#tracker.closeAllConnections();
    this.#tracker.close();
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** The same bytes, with another info-hash in the handshake at their head. */
function withInfoHash(infoHash: string): Transform {
  let head: Buffer | undefined = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (head === undefined) return done(null, chunk);
      head = Buffer.concat([head, chunk]);
      if (head[0] === PROTOCOL_LENGTH && head.length < HANDSHAKE_BYTES) return done();
      if (head[0] === PROTOCOL_LENGTH) head.write(infoHash, INFO_HASH_AT, 'hex');
      const first = head;
      head = undefined;
      done(null, first);
    },
  });
}
