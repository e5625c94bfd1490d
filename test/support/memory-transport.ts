/** Links within one process: what a transport does, without sockets. Bytes arrive in a later microtask. */
import type { Address } from '../../shared/engine/inputs.ts';
import type { LinkInput, LinkTransport } from '../../shared/node/transport/link-transport.ts';
import type { InfoHash, LinkId } from '../../shared/units.ts';

interface End {
  readonly transport: MemoryTransport;
  readonly link: LinkId;
}

export class MemoryNetwork {
  readonly #listening = new Map<number, MemoryTransport>();
  #lastPort = 0;

  listen(transport: MemoryTransport): Address {
    this.#listening.set(++this.#lastPort, transport);
    return { ip: '127.0.0.1', port: this.#lastPort };
  }

  at(port: number): MemoryTransport | undefined {
    const transport = this.#listening.get(port);
    return transport?.isShut ? undefined : transport;
  }
}

export class MemoryTransport implements LinkTransport {
  readonly #network: MemoryNetwork;
  readonly #nextLink: () => LinkId;
  readonly #far = new Map<LinkId, End>();
  #handler: (input: LinkInput) => void = () => undefined;
  isShut = false;

  constructor(network: MemoryNetwork, nextLink: () => LinkId) {
    this.#network = network;
    this.#nextLink = nextLink;
  }

  setHandler(handler: (input: LinkInput) => void): void {
    this.#handler = handler;
  }

  dial(torrent: InfoHash, address: Address): void {
    queueMicrotask(() => {
      const far = this.isShut ? undefined : this.#network.at(address.port);
      if (!far) return this.#handler({ type: 'dialFailed', torrent, address });
      const here = { transport: this as MemoryTransport, link: this.#nextLink() };
      const there = { transport: far, link: far.#nextLink() };
      this.#far.set(here.link, there);
      far.#far.set(there.link, here);
      this.#handler({ type: 'linkOpened', link: here.link, direction: 'outbound', address, torrent });
      far.#handler({
        type: 'linkOpened',
        link: there.link,
        direction: 'inbound',
        address: { ip: '127.0.0.1', port: 0 },
        torrent: undefined,
      });
    });
  }

  send(link: LinkId, chunks: readonly Uint8Array[]): void {
    for (const bytes of chunks)
      queueMicrotask(() => {
        const far = this.#far.get(link);
        if (!far || bytes.length === 0) return;
        far.transport.#handler({ type: 'linkData', link: far.link, bytes });
        if (this.#far.has(link)) this.#handler({ type: 'linkSent', link, bytes: bytes.length });
      });
  }

  close(link: LinkId): void {
    const far = this.#far.get(link);
    if (!far) return;
    this.#far.delete(link);
    queueMicrotask(() => {
      if (far.transport.#far.delete(far.link))
        far.transport.#handler({ type: 'linkClosed', link: far.link, reason: 'remote_closed' });
    });
  }

  async shutdown(): Promise<void> {
    this.isShut = true;
    for (const link of [...this.#far.keys()]) this.close(link);
  }
}
