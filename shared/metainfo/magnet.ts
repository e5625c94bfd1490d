/** Magnet links (BEP 9, BEP 52): `xt` carries both info-hashes of a hybrid torrent, v2 as a multihash. */
import { toHex } from '../bytes.ts';
import { UserError } from '../errors.ts';
import { type InfoHash, type InfoHashV2, parseInfoHash, parseInfoHashV2 } from '../units.ts';
import type { Metainfo } from './metainfo.ts';

export interface Magnet {
  /** At least one of the two is there. */
  readonly infoHash: InfoHash | undefined;
  readonly infoHashV2: InfoHashV2 | undefined;
  /** For display only; whoever gave the link chose it. */
  readonly name: string | undefined;
  readonly trackers: readonly string[];
  readonly webSeeds: readonly string[];
}

const BTIH = 'urn:btih:';
/** Multihash prefix of SHA-256 with 32 bytes. */
const BTMH = 'urn:btmh:1220';
/** Longer links do not pass through browsers and shells anyway. */
const MAX_CHARACTERS = 16_384;
const MAX_PARAMETERS = 128;

/** The link to a torrent of ours. */
export function magnetUri(
  torrent: Pick<Metainfo, 'infoHash' | 'infoHashV2' | 'name' | 'announce' | 'webSeeds'>,
): string {
  const parameters = [
    `xt=${BTIH}${torrent.infoHash}`,
    `xt=${BTMH}${torrent.infoHashV2}`,
    `dn=${encodeURIComponent(torrent.name)}`,
  ];
  if (torrent.announce !== undefined) parameters.push(`tr=${encodeURIComponent(torrent.announce)}`);
  for (const url of torrent.webSeeds) parameters.push(`ws=${encodeURIComponent(url)}`);
  return `magnet:?${parameters.join('&')}`;
}

/**
 * Reads a link a person gave. Unknown parameters and other kinds of `xt` are ignored, as BEP 9 has it.
 * @throws UserError `magnet_invalid` (400)
 */
export function parseMagnet(text: string): Magnet {
  if (text.length > MAX_CHARACTERS) refuse('the link is too long');
  if (!/^magnet:\?/i.test(text)) refuse('the link does not begin with magnet:?');
  const parameters = text.slice('magnet:?'.length).split('&');
  if (parameters.length > MAX_PARAMETERS) refuse('the link has too many parameters');
  const values = (name: string) => valuesOf(parameters, name);
  const topics = values('xt');
  const infoHash = only(topics.filter(hasPrefix(BTIH)).map(parseBtih));
  const infoHashV2 = only(topics.filter(hasPrefix('urn:btmh:')).map(parseBtmh));
  if (infoHash === undefined && infoHashV2 === undefined) refuse('the link names no torrent (xt)');
  return { infoHash, infoHashV2, name: values('dn')[0], trackers: values('tr'), webSeeds: values('ws') };
}

function refuse(message: string): never {
  throw new UserError('magnet_invalid', 400, message);
}

const hasPrefix = (prefix: string) => (topic: string) => topic.toLowerCase().startsWith(prefix);

/** Values of a parameter, also in its numbered form (`tr.1`). */
function valuesOf(parameters: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const key = parameter.slice(0, Math.max(equals, 0)).toLowerCase();
    if (key !== name && !(key.startsWith(`${name}.`) && /^\d+$/.test(key.slice(name.length + 1)))) continue;
    // Some write a space in a name as `+`; in a URL a plus is a plus.
    const value = parameter.slice(equals + 1).replaceAll('+', name === 'dn' ? ' ' : '+');
    values.push(percentDecode(value));
  }
  return values;
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('the link has a broken % escape');
  }
}

/** A link that names two different torrents is not understood by guessing one of them. */
function only<Hash extends string>(hashes: readonly Hash[]): Hash | undefined {
  if (new Set(hashes).size > 1) refuse('the link names two torrents');
  return hashes[0];
}

/** 40 hex digits, or 32 digits of base32 as older links have it. */
function parseBtih(topic: string): InfoHash {
  const digits = topic.slice(BTIH.length);
  const hex = digits.length === 32 ? fromBase32(digits) : digits.toLowerCase();
  return parseInfoHash(hex) ?? refuse('the link has a malformed btih');
}

function parseBtmh(topic: string): InfoHashV2 {
  const lower = topic.toLowerCase();
  const hash = lower.startsWith(BTMH) ? parseInfoHashV2(lower.slice(BTMH.length)) : undefined;
  return hash ?? refuse('the link has a malformed btmh');
}

/** RFC 4648 base32 of twenty bytes, as hex; text of another form gives text that is no info-hash. */
function fromBase32(text: string): string {
  const bytes = new Uint8Array(20);
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const digit of text.toUpperCase()) {
    const value = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(digit);
    if (value < 0) return '';
    bits = ((bits << 5) | value) & 0xfff;
    bitCount += 5;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[at++] = bits >> bitCount;
  }
  return toHex(bytes);
}
