/** BEP 54, lt_donthave: an extended message that takes a HAVE back. */
import { readUint32, writeUint32 } from '../bytes.ts';
import { PeerError } from '../errors.ts';
import { encodeExtended } from './encode.ts';
import type { WireErrorCode } from './messages.ts';

/** Name in the dictionary `m` of the extension handshake (BEP 10). */
export const DONT_HAVE_EXTENSION = 'lt_donthave';
/** The id under which we take the message. */
export const OUR_DONT_HAVE_ID = 2;

const PAYLOAD_BYTES = 4;

/** @param id the other side's for this message */
export function encodeDontHave(id: number, piece: number): Uint8Array {
  const payload = new Uint8Array(PAYLOAD_BYTES);
  writeUint32(payload, 0, piece);
  return encodeExtended(id, payload);
}

/** @returns the piece's number, as it came. @throws PeerError `wire_message_length` */
export function parseDontHave(payload: Uint8Array): number {
  if (payload.length !== PAYLOAD_BYTES) {
    throw new PeerError<WireErrorCode>('wire_message_length', `lt_donthave of ${payload.length} bytes`);
  }
  return readUint32(payload, 0);
}
