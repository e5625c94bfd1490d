/** HAVEs for one link, over all its channels, in one array. */
import { writeUint32 } from '../bytes.ts';
import { fillMessageEnvelope, MESSAGE_ENVELOPE_BYTES } from './channels.ts';
import { MESSAGE_ID } from './messages.ts';

/** Id and piece: what a HAVE is in an envelope. */
const INNER_HAVE_BYTES = 5;
const PREFIX_BYTES = 4;
const MAX_HAVE_BYTES = MESSAGE_ENVELOPE_BYTES + INNER_HAVE_BYTES;
const FIRST_BYTES = 256;

/**
 * Gathers what one link is told, then the next: HAVEs are most of what a node of many neighbours says, and each alone
 * would be three arrays.
 */
export class HaveMessages {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /**
   * On channel 0 a HAVE is plain (CH2).
   * @param id undefined on a link that knows channel 0 only
   */
  add(id: number | undefined, channelNumber: number, piece: number): void {
    if (this.#length + MAX_HAVE_BYTES > this.#bytes.length) this.#grow();
    const bytes = this.#bytes;
    let at = this.#length;
    if (channelNumber === 0) {
      writeUint32(bytes, at, INNER_HAVE_BYTES);
      at += PREFIX_BYTES;
    } else {
      fillMessageEnvelope(bytes, at, id as number, channelNumber, INNER_HAVE_BYTES);
      at += MESSAGE_ENVELOPE_BYTES;
    }
    bytes[at] = MESSAGE_ID.have;
    writeUint32(bytes, at + 1, piece);
    this.#length = at + INNER_HAVE_BYTES;
  }

  /** What was gathered since it was last taken. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.#bytes.length);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
