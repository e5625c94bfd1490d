/** The first 68 bytes each side sends (BEP 3), with the reserved bits of BEP 6, BEP 10 and BEP 52. */
import { fromHex, fromLatin1, toHex } from '../bytes.ts';
import { invariant, PeerError } from '../errors.ts';
import { type InfoHash, type PeerId, parseInfoHash, parsePeerId } from '../units.ts';
import type { WireErrorCode } from './messages.ts';

export interface Handshake {
  /** As it stands on the wire; between v2 clients it may be a truncated v2 info-hash (BEP 52). */
  readonly infoHash: InfoHash;
  readonly peerId: PeerId;
  /** Fast extension: reserved[7] & 0x04 (BEP 6). In force only when both sides say it. */
  readonly fast: boolean;
  /** Extension protocol: reserved[5] & 0x10 (BEP 10). */
  readonly extended: boolean;
  /** "I know the v2 half of this hybrid torrent", reserved[7] & 0x10 (BEP 52, upgrade path). */
  readonly v2: boolean;
}

export const HANDSHAKE_BYTES = 68;

const PROTOCOL = fromLatin1('\x13BitTorrent protocol');
const RESERVED_AT = PROTOCOL.length;
const INFO_HASH_AT = RESERVED_AT + 8;
const PEER_ID_AT = INFO_HASH_AT + 20;
const EXTENDED_BIT = 0x10;
const FAST_BIT = 0x04;
const V2_BIT = 0x10;

export function encodeHandshake(handshake: Handshake): Uint8Array {
  const infoHash = fromHex(handshake.infoHash);
  const peerId = fromHex(handshake.peerId);
  invariant(infoHash?.length === 20 && peerId?.length === 20, 'handshake ids are 20 bytes');
  const bytes = new Uint8Array(HANDSHAKE_BYTES);
  bytes.set(PROTOCOL);
  bytes[RESERVED_AT + 5] = handshake.extended ? EXTENDED_BIT : 0;
  bytes[RESERVED_AT + 7] = (handshake.fast ? FAST_BIT : 0) | (handshake.v2 ? V2_BIT : 0);
  bytes.set(infoHash, INFO_HASH_AT);
  bytes.set(peerId, PEER_ID_AT);
  return bytes;
}

/** Reads one handshake from chunks of any size and holds at most its 68 bytes. */
export class HandshakeReader {
  readonly #bytes = new Uint8Array(HANDSHAKE_BYTES);
  #filled = 0;

  /**
   * @returns the handshake and how many of these bytes belonged to it (what follows is for the message
   * decoder), or `undefined` while more is to come.
   * @throws PeerError `wire_handshake_protocol` at the first byte that differs from BEP 3's protocol text, so
   * that an HTTP client or an encrypted handshake is dropped at once.
   */
  feed(bytes: Uint8Array): { handshake: Handshake; consumedBytes: number } | undefined {
    const consumedBytes = Math.min(HANDSHAKE_BYTES - this.#filled, bytes.length);
    for (let i = 0; i < consumedBytes && this.#filled + i < PROTOCOL.length; i++) {
      if (bytes[i] !== PROTOCOL[this.#filled + i])
        throw new PeerError<WireErrorCode>(
          'wire_handshake_protocol',
          `byte ${this.#filled + i} of the handshake is ${bytes[i]}`,
        );
    }
    this.#bytes.set(bytes.subarray(0, consumedBytes), this.#filled);
    this.#filled += consumedBytes;
    if (this.#filled < HANDSHAKE_BYTES) return undefined;
    return { handshake: this.#parse(), consumedBytes };
  }

  #parse(): Handshake {
    const infoHash = parseInfoHash(toHex(this.#bytes.subarray(INFO_HASH_AT, PEER_ID_AT)));
    const peerId = parsePeerId(toHex(this.#bytes.subarray(PEER_ID_AT, HANDSHAKE_BYTES)));
    invariant(infoHash !== undefined && peerId !== undefined, '20 bytes are 40 hex digits');
    const last = this.#bytes[RESERVED_AT + 7] as number;
    return {
      infoHash,
      peerId,
      fast: (last & FAST_BIT) !== 0,
      extended: ((this.#bytes[RESERVED_AT + 5] as number) & EXTENDED_BIT) !== 0,
      v2: (last & V2_BIT) !== 0,
    };
  }
}
