/** What every transport must do; run over TCP and over memory. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { concatBytes } from '../../shared/bytes.ts';
import type { Address } from '../../shared/engine/inputs.ts';
import type { LinkInput, LinkTransport } from '../../shared/node/transport/link-transport.ts';
import type { InfoHash, LinkId } from '../../shared/units.ts';
import { randomBytesOf } from '../support/random-torrent.ts';
import { waitFor } from '../support/wait-for.ts';

export const TORRENT = 'ab'.repeat(20) as InfoHash;

export interface Listening {
  readonly transport: LinkTransport;
  readonly address: Address;
}

/** A transport's inputs, kept; bytes are copied, as they are only valid during the call. */
export class Inbox {
  readonly inputs: LinkInput[] = [];
  readonly #received = new Map<LinkId, Uint8Array[]>();
  readonly transport: LinkTransport;

  constructor(transport: LinkTransport) {
    this.transport = transport;
    transport.setHandler((input) => {
      this.inputs.push(input);
      if (input.type !== 'linkData') return;
      this.#received.set(input.link, [...(this.#received.get(input.link) ?? []), input.bytes.slice()]);
    });
  }

  of<Type extends LinkInput['type']>(type: Type): Extract<LinkInput, { type: Type }>[] {
    return this.inputs.filter((input): input is Extract<LinkInput, { type: Type }> => input.type === type);
  }

  received(link: LinkId): Uint8Array {
    return concatBytes(this.#received.get(link) ?? []);
  }

  async first<Type extends LinkInput['type']>(type: Type): Promise<Extract<LinkInput, { type: Type }>> {
    return await waitFor(() => {
      const [input] = this.of(type);
      if (!input) throw new Error(`no ${type} yet`);
      return input;
    });
  }

  sentBytes(link: LinkId): number {
    return this.of('linkSent').reduce((sum, input) => sum + (input.link === link ? input.bytes : 0), 0);
  }
}

export function linkTransportContract(name: string, listen: () => Promise<Listening>): void {
  const start = async () => {
    const listening = await listen();
    onTestFinished(() => listening.transport.shutdown());
    return { inbox: new Inbox(listening.transport), ...listening };
  };
  const pair = async () => {
    const [a, b] = [await start(), await start()];
    a.transport.dial(TORRENT, b.address);
    const out = await a.inbox.first('linkOpened');
    const into = await b.inbox.first('linkOpened');
    return { a, b, out, into };
  };

  describe(`${name} keeps the link transport's contract`, () => {
    it('a dial opens a link at both ends, and says for which torrent it was', async () => {
      const { b, out, into } = await pair();
      expect(out).toMatchObject({ direction: 'outbound', torrent: TORRENT, address: b.address });
      expect(into).toMatchObject({ direction: 'inbound', torrent: undefined, address: { ip: '127.0.0.1' } });
    });

    it('a dial to nobody is told as failed, once', async () => {
      const [a, gone] = [await start(), await start()];
      await gone.transport.shutdown();
      a.transport.dial(TORRENT, gone.address);
      expect(await a.inbox.first('dialFailed')).toMatchObject({ torrent: TORRENT, address: gone.address });
      expect(a.inbox.of('linkOpened')).toEqual([]);
    });

    it('chunks of all sizes arrive whole and in order, both ways, and are told as sent', async () => {
      const { a, b, out, into } = await pair();
      const chunks = [1, 17, 0, 16_397, 5, 3, 1_500_000, 1024, 1023].map((size, index) =>
        randomBytesOf(`chunk ${index}`, size),
      );
      const whole = concatBytes(chunks);
      a.transport.send(out.link, chunks.slice(0, 4));
      a.transport.send(out.link, chunks.slice(4));
      b.transport.send(into.link, [...chunks]);
      await waitFor(() => {
        expect(b.inbox.received(into.link).length).toBe(whole.length);
        expect(a.inbox.received(out.link).length).toBe(whole.length);
        expect(a.inbox.sentBytes(out.link)).toBe(whole.length);
        expect(b.inbox.sentBytes(into.link)).toBe(whole.length);
      });
      expect(Buffer.compare(b.inbox.received(into.link), whole)).toBe(0);
      expect(Buffer.compare(a.inbox.received(out.link), whole)).toBe(0);
    });

    it('a link closed here is told there as closed, and here no more', async () => {
      const { a, b, out, into } = await pair();
      a.transport.close(out.link);
      a.transport.send(out.link, [Uint8Array.of(1)]);
      expect(await b.inbox.first('linkClosed')).toMatchObject({ link: into.link });
      b.transport.send(into.link, [Uint8Array.of(1)]);
      b.transport.close(into.link);
      expect(a.inbox.of('linkClosed')).toEqual([]);
      expect(b.inbox.of('linkClosed').length).toBe(1);
    });

    it('links have numbers that no other link of the host ever had', async () => {
      const { a, b } = await pair();
      for (let i = 2; i <= 5; i++) {
        a.transport.dial(TORRENT, b.address);
        await waitFor(() => expect(a.inbox.of('linkOpened').length).toBe(i));
      }
      const links = a.inbox.of('linkOpened').map(({ link }) => link);
      expect(new Set(links).size).toBe(5);
    });

    it('after a shutdown nothing more is heard', async () => {
      const { a, b, into } = await pair();
      const heard = a.inbox.inputs.length;
      await a.transport.shutdown();
      expect(await b.inbox.first('linkClosed')).toMatchObject({ link: into.link });
      a.transport.dial(TORRENT, b.address);
      expect(a.inbox.inputs.slice(heard).filter(({ type }) => type !== 'dialFailed')).toEqual([]);
    });
  });
}
