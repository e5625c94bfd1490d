/** One engine, and a peer whose bytes the test writes itself: for every way of breaking the protocol. */
import { Bitfield } from '../../shared/bitfield.ts';
import type { EngineAction } from '../../shared/engine/actions.ts';
import { createEngine, type Engine } from '../../shared/engine/engine.ts';
import type { EngineInput } from '../../shared/engine/inputs.ts';
import type { EngineOptions } from '../../shared/engine/options.ts';
import { Geometry } from '../../shared/geometry.ts';
import { seededRandom } from '../../shared/random.ts';
import type { FileRoot, InfoHash, InfoHashV2, LinkId, PeerId } from '../../shared/units.ts';
import { MessageDecoder } from '../../shared/wire/decoder.ts';
import { encodeHandshake, HANDSHAKE_BYTES } from '../../shared/wire/handshake.ts';
import type { Message } from '../../shared/wire/messages.ts';

export const INFO_HASH = 'a1'.repeat(20) as InfoHash;
export const INFO_HASH_V2 = 'b2'.repeat(32) as InfoHashV2;
export const OUR_ID = '11'.repeat(20) as PeerId;
export const PEER_ID = '22'.repeat(20) as PeerId;
export const LINK = 7 as LinkId;
export const PEER_ADDRESS = { ip: '10.0.0.9', port: 40_009 };

export class ScriptedPeer {
  readonly engine: Engine;
  readonly geometry: Geometry;
  readonly actions: EngineAction[] = [];
  now = 1000;
  wakeAt = Number.POSITIVE_INFINITY;

  constructor(
    options: {
      held?: 'all' | 'none';
      geometry?: Geometry;
      roots?: readonly FileRoot[];
      superSeed?: boolean;
      webSeed?: boolean;
      engine?: Partial<EngineOptions>;
    } = {},
  ) {
    this.geometry = options.geometry ?? new Geometry(16_384, [40_000, 5_000, 20_000]);
    const { pieceCount } = this.geometry;
    this.engine = createEngine({
      peerId: OUR_ID,
      listenPort: 6881,
      random: seededRandom(1),
      ...options.engine,
    });
    this.input({
      type: 'addTorrent',
      torrent: INFO_HASH,
      infoHashV2: INFO_HASH_V2,
      geometry: this.geometry,
      ...(options.roots && { roots: options.roots }),
      verified: options.held === 'all' ? Bitfield.full(pieceCount) : Bitfield.empty(pieceCount),
      want: 'all',
      superSeed: options.superSeed ?? false,
      webSeed: options.webSeed ?? false,
    });
  }

  input(input: EngineInput): void {
    const { actions, wakeAt } = this.engine.step(input, this.now);
    this.actions.push(...actions);
    this.wakeAt = wakeAt;
  }

  /** Lets virtual time pass, with all its deadlines. */
  pass(ms: number): void {
    const end = this.now + ms;
    while (this.wakeAt <= end) {
      this.now = Math.max(this.now, this.wakeAt);
      this.input({ type: 'tick' });
    }
    this.now = end;
  }

  connect(link = LINK, direction: 'inbound' | 'outbound' = 'inbound'): void {
    const torrent = direction === 'outbound' ? INFO_HASH : undefined;
    this.input({ type: 'linkOpened', link, direction, address: PEER_ADDRESS, torrent });
  }

  say(...chunks: readonly Uint8Array[]): void {
    for (const bytes of chunks) this.input({ type: 'linkData', link: LINK, bytes });
  }

  /** Connected and greeted, by a peer with or without BEP 6. */
  greeted({ fast = true, peerId = PEER_ID } = {}): this {
    this.connect();
    this.say(encodeHandshake({ infoHash: INFO_HASH, peerId, fast, extended: false, v2: false }));
    return this;
  }

  /** Why the link was closed; undefined while it stands. */
  get closedFor(): string | undefined {
    const close = this.actions.find((action) => action.type === 'close');
    return close?.type === 'close' ? close.reason : undefined;
  }

  /** What the engine said so far, after its handshake. */
  heard(): Message[] {
    const messages: Message[] = [];
    const decoder = new MessageDecoder({ maxMessageBytes: 65_536 });
    let skip = HANDSHAKE_BYTES;
    for (const action of this.actions) {
      if (action.type !== 'send' || action.link !== LINK) continue;
      for (const chunk of action.chunks) {
        const rest = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - rest.length;
        decoder.feed(rest, (message) => {
          messages.push(owned(message));
        });
      }
    }
    return messages;
  }

  heardTypes(): string[] {
    return this.heard().map((message) => message.type);
  }

  /** Answers every request for a block to read with bytes of its own number. */
  serveReads(): void {
    for (const action of this.actions.splice(0)) {
      if (action.type !== 'readBlock') {
        this.actions.push(action);
        continue;
      }
      const { link, torrent, piece, beginBytes } = action;
      const bytes = new Uint8Array(action.lengthBytes).fill(piece + 1);
      this.input({ type: 'blockRead', link, torrent, piece, beginBytes, bytes });
    }
  }
}

/** Keeps a copy: the decoder's views end with the callback. */
function owned(message: Message): Message {
  switch (message.type) {
    case 'piece':
      return { ...message, block: message.block.slice() };
    case 'extended':
      return { ...message, payload: message.payload.slice() };
    case 'bitfield':
      return { ...message, bytes: message.bytes.slice() };
    case 'hashRequest':
    case 'hashReject':
      return { ...message, wanted: message.wanted.slice() };
    case 'hashes':
      return { ...message, wanted: message.wanted.slice(), hashes: message.hashes.slice() };
    default:
      return message;
  }
}
