/** Links over TCP: one listener, many dials, rate limits over all links together. */
import { type AddressInfo, createServer, isIP, type Server, type Socket } from 'node:net';
import type { Address } from '../../engine/inputs.ts';
import type { InfoHash, LinkId } from '../../units.ts';
import { Admission } from './admission.ts';
import type { DownLimit } from './down-limit.ts';
import { normaliseIp } from './ip.ts';
import type { LinkInput, LinkTransport } from './link-transport.ts';
import { LISTEN_BACKLOG } from './listen-backlog.ts';
import { type Dial, TcpDialer } from './tcp-dialer.ts';
import { TcpLink } from './tcp-link.ts';
import type { TcpTransportOptions } from './tcp-options.ts';
import { Turns } from './turns.ts';

/** One call reads or writes so much when there is no limit, and so much when there is one: about a block. */
const PORTION_BYTES = 1024 * 1024;
const LIMITED_PORTION_BYTES = 16 * 1024;
const READ_BYTES = 256 * 1024;
const LIMITED_READ_BYTES = 32 * 1024;

export class TcpTransport implements LinkTransport {
  readonly #options: TcpTransportOptions;
  readonly #admission: Admission;
  readonly #dialer: TcpDialer;
  readonly #links = new Map<LinkId, TcpLink>();
  /** Links with something to send. */
  readonly #up: Turns<TcpLink>;
  readonly #down: DownLimit;
  readonly #servers: Server[] = [];
  #handler: (input: LinkInput) => void = () => undefined;
  #sendSoon: NodeJS.Immediate | undefined;
  #isShut = false;

  constructor(options: TcpTransportOptions) {
    this.#options = options;
    const quarter = Math.floor(options.maxLinks / 4);
    this.#admission = new Admission({
      maxLinks: options.maxLinks,
      reservedLinks: options.reservedLinks ?? quarter,
      maxLinksPerIp: options.maxLinksPerIp ?? Math.max(16, quarter),
    });
    const { upRateBytesPerSecond, now } = options;
    const portionBytes = Number.isFinite(upRateBytesPerSecond) ? LIMITED_PORTION_BYTES : PORTION_BYTES;
    this.#up = new Turns(upRateBytesPerSecond, now, (link) => link.writeSome(portionBytes));
    this.#down = options.downLimit;
    this.#dialer = new TcpDialer({
      maxHalfOpen: options.maxHalfOpen ?? 64,
      maxWaiting: 1000,
      timeoutMs: options.dialTimeoutMs ?? 5000,
      localAddress: options.localAddress,
      readBuffer: new Uint8Array(this.#down.isLimited ? LIMITED_READ_BYTES : READ_BYTES),
      onConnected: (dial, socket) => this.#dialled(dial, socket),
      onFailed: (dial) => {
        this.#admission.release(dial.address.ip);
        this.#handler({ type: 'dialFailed', ...dial });
      },
    });
  }

  setHandler(handler: (input: LinkInput) => void): void {
    this.#handler = handler;
  }

  /** Addresses that get the reserved places; replaces what was set before. */
  setFleet(ips: Iterable<string>): void {
    this.#admission.setFleet(new Set([...ips].map(normaliseIp)));
  }

  /** @returns the port, when it was 0. @throws the system's error (`EADDRINUSE`) */
  listen(host: string, port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#accepted(socket));
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
        server.off('error', reject);
        server.on('error', (error) => this.#options.onListenerError?.(error));
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  dial(torrent: InfoHash, address: Address): void {
    const dial = { torrent, address: { ip: normaliseIp(address.ip), port: address.port } };
    const { ip, port } = dial.address;
    const isDialable = isIP(ip) !== 0 && Number.isInteger(port) && port > 0 && port <= 65_535;
    const mayDial = !this.#isShut && isDialable && this.#admission.admit(ip, 'outbound');
    if (mayDial) this.#dialer.dial(dial);
    else this.#handler({ type: 'dialFailed', ...dial });
  }

  send(id: LinkId, chunks: readonly Uint8Array[]): void {
    const link = this.#links.get(id);
    if (!link) return;
    link.push(chunks);
    if (link.isWriting || !link.hasQueue) return;
    this.#up.join(link);
    if (this.#sendSoon) return;
    // After the event loop's round of reads: what several steps say to one link leaves in one call. A call on
    // loopback costs some 100 us, because the kernel delivers within it.
    this.#sendSoon = setImmediate(() => {
      this.#sendSoon = undefined;
      this.#up.run();
    });
  }

  close(id: LinkId): void {
    const link = this.#links.get(id);
    if (!link) return;
    this.#forget(link);
    link.close();
  }

  async shutdown(): Promise<void> {
    this.#isShut = true;
    this.#dialer.stop();
    for (const id of this.#links.keys()) this.close(id);
    clearImmediate(this.#sendSoon);
    this.#up.stop();
    await Promise.all(
      this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }

  #accepted(socket: Socket): void {
    const ip = normaliseIp(socket.remoteAddress ?? '');
    // A connection that was reset before it was accepted has no address.
    if (this.#isShut || ip === '' || !this.#admission.admit(ip, 'inbound')) {
      socket.on('error', () => undefined);
      // A reset leaves nothing behind on our side, where a FIN would leave a minute of TIME_WAIT.
      socket.resetAndDestroy();
      return;
    }
    const link = this.#opened(socket, { ip, port: socket.remotePort ?? 0 }, 'inbound', undefined);
    socket.on('data', (bytes) => this.#received(link, bytes));
  }

  #dialled(dial: Dial, socket: Socket): (bytes: Uint8Array) => void {
    const link = this.#opened(socket, dial.address, 'outbound', dial.torrent);
    return (bytes) => this.#received(link, bytes);
  }

  #opened(
    socket: Socket,
    address: Address,
    direction: 'inbound' | 'outbound',
    torrent: InfoHash | undefined,
  ): TcpLink {
    const link: TcpLink = new TcpLink(this.#options.nextLink(), socket, address, (bytes, chunks) =>
      this.#sent(link, bytes, chunks),
    );
    this.#links.set(link.id, link);
    socket.on('error', () => {
      link.hadError = true;
    });
    // The other side has closed; half-open connections have no use here, so what is queued is dropped.
    socket.on('end', () => this.#ended(link));
    socket.on('close', () => this.#ended(link));
    this.#handler({ type: 'linkOpened', link: link.id, direction, address, torrent });
    return link;
  }

  #received(link: TcpLink, bytes: Uint8Array): void {
    if (link.isClosed) return;
    const isSpent = this.#down.spend(bytes.length);
    this.#handler({ type: 'linkData', link: link.id, bytes });
    if (isSpent && !link.isClosed) this.#down.rest(link.socket);
  }

  #sent(link: TcpLink, bytes: number, chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.#options.onChunkSent?.(chunk);
    if (link.hasQueue) this.#up.join(link);
    this.#handler({ type: 'linkSent', link: link.id, bytes });
    this.#up.run();
  }

  #ended(link: TcpLink): void {
    if (link.isClosed) return;
    this.#forget(link);
    link.close();
    this.#handler({
      type: 'linkClosed',
      link: link.id,
      reason: link.hadError ? 'error' : 'remote_closed',
    });
  }

  #forget(link: TcpLink): void {
    this.#links.delete(link.id);
    this.#up.leave(link);
    this.#down.leave(link.socket);
    this.#admission.release(link.address.ip);
  }
}
