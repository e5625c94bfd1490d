/**
 * One engine that serves raw peers over one uplink of a fixed rate, in virtual time: for what one peer can do to the
 * others. Honest peers keep some requests out and ask for the next block when one comes.
 */
import { Bitfield } from '../../shared/bitfield.ts';
import type { EngineAction } from '../../shared/engine/actions.ts';
import { createEngine, type Engine } from '../../shared/engine/engine.ts';
import type { EngineInput } from '../../shared/engine/inputs.ts';
import type { EngineOptions } from '../../shared/engine/options.ts';
import { Geometry } from '../../shared/geometry.ts';
import { seededRandom } from '../../shared/random.ts';
import { BLOCK_BYTES, type InfoHash, type InfoHashV2, type LinkId, type PeerId } from '../../shared/units.ts';
import { MessageDecoder } from '../../shared/wire/decoder.ts';
import { encodeHaveNone, encodeInterested, encodeRequest } from '../../shared/wire/encode.ts';
import { encodeHandshake, HANDSHAKE_BYTES } from '../../shared/wire/handshake.ts';
import type { Message } from '../../shared/wire/messages.ts';

const INFO_HASH = 'a1'.repeat(20) as InfoHash;
const PIECES = 1_000;
const PIPELINE = 16;

interface Chunk {
  readonly link: LinkId;
  readonly bytes: Uint8Array;
}

/** A peer's end of its link. */
export interface RawPeer {
  readonly link: LinkId;
  heard(message: Message): void;
  closed(reason: string): void;
}

export class SharedUplink {
  readonly engine: Engine;
  readonly bytesPerSecond: number;
  readonly banned: string[] = [];
  now = 0;
  /** Given by the engine and not yet sent, at most. */
  mostUnsentBytes = 0;
  #unsentBytes = 0;
  readonly #uplink: Chunk[] = [];
  readonly #peers = new Map<LinkId, { peer: RawPeer; decoder: MessageDecoder; skip: number }>();
  #wakeAt = Number.POSITIVE_INFINITY;
  #nextLink = 1;
  #sentUntil = 0;

  constructor(bytesPerSecond: number, options: Partial<EngineOptions> = {}) {
    this.bytesPerSecond = bytesPerSecond;
    this.engine = createEngine({
      peerId: '11'.repeat(20) as PeerId,
      listenPort: 6881,
      random: seededRandom(1),
      ...options,
    });
    this.input({
      type: 'addTorrent',
      torrent: INFO_HASH,
      infoHashV2: 'b2'.repeat(32) as InfoHashV2,
      geometry: new Geometry(BLOCK_BYTES, [PIECES * BLOCK_BYTES]),
      verified: Bitfield.full(PIECES),
      want: 'all',
      superSeed: false,
      webSeed: false,
    });
  }

  nextLink(): LinkId {
    return this.#nextLink++ as LinkId;
  }

  connect(peer: RawPeer, peerId: string, ip: string): void {
    const decoder = new MessageDecoder({ maxMessageBytes: 65_536 });
    this.#peers.set(peer.link, { peer, decoder, skip: HANDSHAKE_BYTES });
    const address = { ip, port: 40_000 };
    this.input({ type: 'linkOpened', link: peer.link, direction: 'inbound', address, torrent: undefined });
    const handshake = {
      infoHash: INFO_HASH,
      peerId: peerId as PeerId,
      fast: true,
      extended: false,
      v2: false,
    };
    this.say(peer, encodeHandshake(handshake));
  }

  say(peer: RawPeer, bytes: Uint8Array): void {
    this.input({ type: 'linkData', link: peer.link, bytes });
  }

  input(input: EngineInput): void {
    const { actions, wakeAt } = this.engine.step(input, this.now);
    this.#wakeAt = wakeAt;
    for (const action of actions) this.#perform(action);
  }

  /** Lets time pass: the uplink sends, deadlines fire. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [chunk] = this.#uplink;
      const sentAt = chunk
        ? Math.max(this.#sentUntil, this.now) + (chunk.bytes.length * 1000) / this.bytesPerSecond
        : Number.POSITIVE_INFINITY;
      const at = Math.min(sentAt, Math.max(this.now, this.#wakeAt));
      if (at > end) break;
      this.now = at;
      if (at < sentAt) this.input({ type: 'tick' });
      else this.#sent(this.#uplink.shift() as Chunk, at);
    }
    this.now = end;
  }

  #sent({ link, bytes }: Chunk, at: number): void {
    this.#sentUntil = at;
    this.#unsentBytes -= bytes.length;
    this.input({ type: 'linkSent', link, bytes: bytes.length });
    const end = this.#peers.get(link);
    if (!end) return;
    const rest = bytes.subarray(Math.min(end.skip, bytes.length));
    end.skip -= bytes.length - rest.length;
    const messages: Message[] = [];
    end.decoder.feed(rest, (message) => messages.push(message));
    for (const message of messages) end.peer.heard(message);
  }

  #perform(action: EngineAction): void {
    if (action.type === 'send') {
      for (const bytes of action.chunks) {
        this.#uplink.push({ link: action.link, bytes });
        this.#unsentBytes += bytes.length;
      }
      this.mostUnsentBytes = Math.max(this.mostUnsentBytes, this.#unsentBytes);
    } else if (action.type === 'readBlock') {
      const { link, torrent, piece, beginBytes, lengthBytes } = action;
      this.input({ type: 'blockRead', link, torrent, piece, beginBytes, bytes: new Uint8Array(lengthBytes) });
    } else if (action.type === 'close') {
      const end = this.#peers.get(action.link);
      this.#peers.delete(action.link);
      // What waits for a closed socket is never sent.
      for (let at = this.#uplink.length - 1; at >= 0; at--) {
        const chunk = this.#uplink[at] as Chunk;
        if (chunk.link !== action.link) continue;
        this.#uplink.splice(at, 1);
        this.#unsentBytes -= chunk.bytes.length;
      }
      end?.peer.closed(action.reason);
    } else if (action.type === 'nodeBanned') this.banned.push(action.code);
  }
}

/** Downloads as fast as it is served. */
export class HonestPeer implements RawPeer {
  readonly link: LinkId;
  readonly #uplink: SharedUplink;
  blocks = 0;
  closedFor: string | undefined;
  #next = 0;

  constructor(uplink: SharedUplink, number: number) {
    this.#uplink = uplink;
    this.link = uplink.nextLink();
    uplink.connect(this, String(number).padStart(40, '3'), `10.0.1.${number}`);
    uplink.say(this, encodeHaveNone());
    uplink.say(this, encodeInterested());
  }

  heard(message: Message): void {
    if (message.type === 'unchoke') for (let i = 0; i < PIPELINE; i++) this.#ask();
    if (message.type !== 'piece') return;
    this.blocks++;
    this.#ask();
  }

  closed(reason: string): void {
    this.closedFor = reason;
  }

  #ask(): void {
    const piece = this.#next++ % PIECES;
    this.#uplink.say(this, encodeRequest({ piece, beginBytes: 0, lengthBytes: BLOCK_BYTES }));
  }
}
