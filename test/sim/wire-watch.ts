/** What one end of a connection said: who is choked, and which of its requests nobody has answered. */
import type { PieceIndex } from '../../shared/units.ts';
import { OUR_CHANNELS_ID, parseChannelMessage } from '../../shared/wire/channels.ts';
import { decodeMessage } from '../../shared/wire/decode-message.ts';
import { MessageDecoder } from '../../shared/wire/decoder.ts';
import { HANDSHAKE_BYTES } from '../../shared/wire/handshake.ts';
import type { Message, WireBlock } from '../../shared/wire/messages.ts';

const MAX_MESSAGE_BYTES = 1 << 20;

type Requests = Map<string, number>;

type Place = Pick<WireBlock, 'piece' | 'beginBytes'>;

const keyOf = (block: Place) => `${block.piece}:${block.beginBytes}`;

export class WireWatch {
  readonly #decoder = new MessageDecoder({ maxMessageBytes: MAX_MESSAGE_BYTES });
  #handshakeBytes = 0;
  #isChoking = true;
  /** Of any channel: a piece that is allowed on one and read on another goes unseen. */
  readonly #allowedFast = new Set<number>();
  /** By channel number; the oldest first. */
  readonly #requests = new Map<number, Requests>();
  readonly #closed = new Set<number>();
  #twin: WireWatch | undefined;

  meet(twin: WireWatch): void {
    this.#twin = twin;
    twin.#twin = this;
  }

  sent(chunks: readonly Uint8Array[], now: number): void {
    for (const chunk of chunks) {
      const rest = this.#afterHandshake(chunk);
      if (rest.length > 0) this.#decoder.feed(rest, (message) => this.#said(message, 0, now));
    }
  }

  mayUpload(piece: PieceIndex): boolean {
    return !this.#isChoking || this.#allowedFast.has(piece);
  }

  outstanding(): { readonly oldestAt: number; readonly count: number } {
    let oldestAt = Number.POSITIVE_INFINITY;
    let count = 0;
    for (const requests of this.#requests.values()) {
      const [first] = requests.values();
      if (first !== undefined) oldestAt = Math.min(oldestAt, first);
      count += requests.size;
    }
    return { oldestAt, count };
  }

  answered(channel: number, block: Place): void {
    this.#requests.get(channel)?.delete(keyOf(block));
  }

  /** Either side closed it: what is asked there on the way is asked of nobody (CH7). */
  channelClosed(channel: number): void {
    this.#requests.delete(channel);
    this.#closed.add(channel);
  }

  #afterHandshake(chunk: Uint8Array): Uint8Array {
    const part = chunk.subarray(0, HANDSHAKE_BYTES - this.#handshakeBytes);
    this.#handshakeBytes += part.length;
    return chunk.subarray(part.length);
  }

  #said(message: Message, channel: number, now: number): void {
    switch (message.type) {
      case 'choke':
      case 'unchoke':
        this.#isChoking = message.type === 'choke';
        return;
      case 'allowedFast':
        this.#allowedFast.add(message.piece);
        return;
      case 'request':
        if (this.#closed.has(channel)) return;
        this.#requestsOn(channel).delete(keyOf(message));
        this.#requestsOn(channel).set(keyOf(message), now);
        return;
      case 'cancel':
        this.#requestsOn(channel).delete(keyOf(message));
        return;
      case 'piece':
      case 'reject':
        this.#twin?.answered(channel, message);
        return;
      case 'extended':
        if (message.id === OUR_CHANNELS_ID) this.#saidOnChannel(message.payload, now);
        return;
      default:
    }
  }

  #saidOnChannel(payload: Uint8Array, now: number): void {
    const said = parseChannelMessage(payload);
    if (said.type === 'message') this.#said(decodeMessage(said.inner), said.number, now);
    else if (said.type === 'close') {
      this.channelClosed(said.number);
      this.#twin?.channelClosed(said.number);
    }
  }

  #requestsOn(channel: number): Requests {
    const requests = this.#requests.get(channel) ?? new Map<string, number>();
    this.#requests.set(channel, requests);
    return requests;
  }
}
