/** The extension handshake of BEP 10: what each side can do and by which ids it wants to be told. */
import { decode, encode } from '../bencode/bencode.ts';
import {
  asBytes,
  asDictionary,
  asInteger,
  asText,
  type BencodeDictionary,
  type BencodeInput,
  dictionary,
} from '../bencode/value.ts';
import { PeerError } from '../errors.ts';
import type { WireErrorCode } from './messages.ts';

export interface ExtensionHandshake {
  /** `m`: the sender's id for each extension it takes, 1 to 255; 0 says that it no longer takes it. */
  readonly messages: ReadonlyMap<string, number>;
  /** `v`: client name and version. Text from outside: never HTML (threat row 27). */
  readonly version?: string | undefined;
  /** `reqq`: requests that the sender queues before it drops some. */
  readonly maxRequests?: number | undefined;
  /** `p`: TCP port on which the sender takes connections. */
  readonly listenPort?: number | undefined;
  /** `yourip`: the receiver's address as the sender sees it, 4 or 16 bytes. Hearsay: for display only. */
  readonly yourIp?: Uint8Array | undefined;
  /** `metadata_size` (BEP 9): length of the info dictionary. */
  readonly metadataSizeBytes?: number | undefined;
  /** `upload_only` (BEP 21): the sender will fetch nothing. */
  readonly uploadOnly?: boolean | undefined;
}

/** The fullest handshakes of stock clients are some 300 bytes. */
const MAX_HANDSHAKE_BYTES = 8 * 1024;
const MAX_ITEMS = 256;
/** Stock clients name about ten. */
const MAX_MESSAGES = 64;
const MAX_NAME_CHARACTERS = 64;
const MAX_VERSION_CHARACTERS = 128;
/** More than any client queues; a greater claim is taken as this. */
const MAX_REQUESTS = 10_000;
/** Limit of libtorrent's `max_metadata_size` default, 3 MB, with room. A greater one is no size we would fetch. */
const MAX_METADATA_BYTES = 16 * 1024 * 1024;

export function encodeExtensionHandshake(handshake: ExtensionHandshake): Uint8Array {
  const { uploadOnly } = handshake;
  return encode(
    dictionary({
      m: new Map<string, BencodeInput>(handshake.messages),
      v: handshake.version,
      reqq: handshake.maxRequests,
      p: handshake.listenPort,
      yourip: handshake.yourIp,
      metadata_size: handshake.metadataSizeBytes,
      upload_only: uploadOnly === undefined ? undefined : Number(uploadOnly),
    }),
  );
}

/**
 * A field of the wrong type is an error; a number that means nothing (port 0, `reqq` -1) counts as not said,
 * because stock clients send such.
 *
 * @param payload of extended message 0
 * @throws PeerError `bencode_*` or `wire_extension_handshake`
 */
export function parseExtensionHandshake(payload: Uint8Array): ExtensionHandshake {
  const value = decode(payload, { maxBytes: MAX_HANDSHAKE_BYTES, maxItems: MAX_ITEMS, maxDepth: 8 });
  const fields = asDictionary(value);
  if (!fields) throw invalid('not a dictionary');
  const yourIp = bytesOf(fields, 'yourip');
  const uploadOnly = integerOf(fields, 'upload_only');
  const maxRequests = within(integerOf(fields, 'reqq'), 1, Number.MAX_SAFE_INTEGER);
  return {
    messages: messagesOf(fields),
    version: versionOf(fields),
    maxRequests: maxRequests === undefined ? undefined : Math.min(maxRequests, MAX_REQUESTS),
    listenPort: within(integerOf(fields, 'p'), 1, 65_535),
    yourIp: yourIp?.length === 4 || yourIp?.length === 16 ? yourIp : undefined,
    metadataSizeBytes: within(integerOf(fields, 'metadata_size'), 1, MAX_METADATA_BYTES),
    uploadOnly: uploadOnly === undefined ? undefined : uploadOnly !== 0,
  };
}

/** BEP 10 allows a later handshake without `m`: it changes nothing. */
function messagesOf(fields: BencodeDictionary): Map<string, number> {
  const messages = new Map<string, number>();
  if (!fields.has('m')) return messages;
  const named = asDictionary(fields.get('m'));
  if (!named) throw invalid('m is not a dictionary');
  if (named.size > MAX_MESSAGES) throw invalid(`m names ${named.size} messages`);
  const ids = new Set<number>();
  for (const [name, value] of named) {
    const id = asInteger(value);
    if (name.length > MAX_NAME_CHARACTERS || id === undefined || id < 0 || id > 255)
      throw invalid('m has an entry of another form');
    if (id !== 0 && ids.has(id)) throw invalid(`m names ${id} twice`);
    ids.add(id);
    messages.set(name, id);
  }
  return messages;
}

function versionOf(fields: BencodeDictionary): string | undefined {
  if (bytesOf(fields, 'v') === undefined) return undefined;
  // Old clients send latin1: not worth a link, and not worth a guess.
  return asText(fields.get('v'))?.slice(0, MAX_VERSION_CHARACTERS);
}

function integerOf(fields: BencodeDictionary, name: string): number | undefined {
  const value = fields.get(name);
  if (value !== undefined && asInteger(value) === undefined) throw invalid(`${name} is not a number`);
  return asInteger(value);
}

function bytesOf(fields: BencodeDictionary, name: string): Uint8Array | undefined {
  const value = fields.get(name);
  if (value !== undefined && asBytes(value) === undefined) throw invalid(`${name} is not a string`);
  return asBytes(value);
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function invalid(message: string): PeerError<WireErrorCode> {
  return new PeerError('wire_extension_handshake', `extension handshake: ${message}`);
}
