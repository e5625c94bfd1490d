/** What TCP over Ethernet adds to the bytes of connections on a link: headers around them, and acknowledgements. */

export interface Frames {
  /** Of a connection, in a full frame. */
  readonly payloadBytes: number;
  /** Of a frame, beside its payload; an acknowledgement has nothing else. */
  readonly overheadBytes: number;
}

/**
 * 1,500 bytes of IPv4 without 20 of its own header and 32 of TCP's (RFC 9293, timestamps of RFC 7323); around them 14
 * of Ethernet, and 24 for preamble, checksum and the gap to the next frame (IEEE 802.3).
 */
export const ETHERNET: Frames = { payloadBytes: 1_448, overheadBytes: 90 };

/** Every second full segment is acknowledged at once (RFC 9293, section 3.8.6.3). */
const FRAMES_PER_ACKNOWLEDGEMENT = 2;

/** Of one access link. Without frames bytes cost what they are, and acknowledgements nothing. */
export class Framing {
  readonly #frames: Frames | undefined;
  #owedBytes = 0;

  constructor(frames: Frames | undefined) {
    this.#frames = frames;
  }

  /** What stands in line on one connection fills its frames, but the least is one. */
  wireBytes(bytes: number): number {
    if (!this.#frames) return bytes;
    const { payloadBytes, overheadBytes } = this.#frames;
    return bytes + overheadBytes * Math.max(1, bytes / payloadBytes);
  }

  /** So many bytes of a connection came in, and will be acknowledged by the other direction. */
  arrived(bytes: number): void {
    if (!this.#frames) return;
    const { payloadBytes, overheadBytes } = this.#frames;
    this.#owedBytes += (overheadBytes * bytes) / payloadBytes / FRAMES_PER_ACKNOWLEDGEMENT;
  }

  /** Acknowledgements that leave now. */
  takeOwed(): number {
    const bytes = this.#owedBytes;
    this.#owedBytes = 0;
    return bytes;
  }
}
