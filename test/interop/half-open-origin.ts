/**
 * A proxy between an edge and its origin that lets the catalog through and no image: feed, torrents and tracker
 * pass, `/images` answers 503. The edge then has nothing but its peers to get bytes from.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

export class HalfOpenOrigin {
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  private constructor(origin: URL) {
    this.#server = createServer((req, res) => {
      if (req.url?.startsWith('/images')) {
        res.writeHead(503).end();
        return;
      }
      const { method, headers } = req;
      const onward = request(
        new URL(req.url ?? '/', origin),
        { method: method ?? 'GET', headers },
        (answer) => {
          res.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(res);
        },
      );
      onward.on('error', () => res.destroy());
      req.pipe(onward);
    });
    this.#server.on('upgrade', (req: IncomingMessage, socket: Duplex) => this.#passOn(origin, req, socket));
  }

  static async start(originUrl: string): Promise<HalfOpenOrigin> {
    const proxy = new HalfOpenOrigin(new URL(originUrl));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The feed's WebSocket, byte by byte. */
  #passOn(origin: URL, req: IncomingMessage, socket: Duplex): void {
    const onward = connect({ host: origin.hostname, port: Number(origin.port) });
    for (const end of [socket, onward]) {
      this.#sockets.add(end);
      end.on('error', () => end.destroy());
      end.once('close', () => {
        socket.destroy();
        onward.destroy();
      });
    }
    const headers = Object.entries(req.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    onward.write(`GET ${req.url ?? '/'} HTTP/1.1\r\n${headers.join('')}\r\n`);
    onward.pipe(socket).pipe(onward);
  }
}
