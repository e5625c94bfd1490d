/**
 * Reads a .torrent file, strictly: only hybrid, flat torrents whose two halves agree and whose hashes are all
 * there. Nothing is repaired and nothing is guessed; what is refused carries a code (threat rows 5, 6, 7, 8).
 * Fields that are not named here are left alone: they change nothing of what is stored, sent or shown.
 */
import { decodeWithOffsets } from '../bencode/bencode.ts';
import {
  asBytes,
  asDictionary,
  asInteger,
  asList,
  asText,
  type BencodeDictionary,
  type BencodeValue,
} from '../bencode/value.ts';
import { toHex } from '../bytes.ts';
import { invariant } from '../errors.ts';
import { Geometry } from '../geometry.ts';
import { BLOCK_BYTES, type InfoHash, type InfoHashV2 } from '../units.ts';
import { refuse } from './errors.ts';
import { fileRootOf, parseFileTree, parsePieceLayers, type TreeFile } from './file-tree.ts';
import { checkFilesV1 } from './files-v1.ts';
import type { HashFunctions, Metainfo } from './metainfo.ts';
import { parseName } from './names.ts';

export interface MetainfoLimits {
  /** Length of the .torrent file. Default 16 MiB: some 300,000 pieces. */
  readonly maxBytes?: number;
  /** Default 4096; an image set has fifteen. */
  readonly maxFiles?: number;
  /** Default 0x200000, libtorrent's limit. */
  readonly maxPieces?: number;
}

/** 300,000 pieces. */
export const DEFAULT_MAX_BYTES = 16 * 1_048_576;
/** A piece is held in memory while it comes in. */
const MAX_PIECE_LENGTH_BYTES = 16 * 1_048_576;
const MAX_WEB_SEEDS = 64;
const MAX_URL_BYTES = 2048;
/** Values and keys of one file: 8 in the tree, 6 in the v1 list, 9 of its pad file, 2 of its layer; rounded up. */
const ITEMS_PER_FILE = 32;

/**
 * @param bytes the whole file; the result keeps views of it, so do not write to it any more
 * @throws PeerError with a `bencode_*` or `metainfo_*` code
 */
export function parseMetainfo(
  bytes: Uint8Array,
  hashes: HashFunctions,
  limits: MetainfoLimits = {},
): Metainfo {
  const maxFiles = limits.maxFiles ?? 4096;
  const { value, range } = decodeWithOffsets(bytes, {
    maxBytes: limits.maxBytes ?? DEFAULT_MAX_BYTES,
    maxItems: 1000 + maxFiles * ITEMS_PER_FILE,
    rangeOf: 'info',
  });
  const outer = asDictionary(value) ?? refuse('metainfo_form', 'not a dictionary');
  const info = asDictionary(outer.get('info')) ?? refuse('metainfo_form', 'no info dictionary');
  invariant(range, 'range of info');
  checkHybrid(info);
  const name = parseSetName(info);
  const pieceLengthBytes = parsePieceLength(info.get('piece length'));
  const files = parseFileTree(info.get('file tree'), maxFiles);
  // BEP 52: a tree of one file named as the torrent is a single-file torrent, which v1 writes in another form.
  if (files.length === 1 && files[0]?.name === name)
    refuse('metainfo_not_hybrid', 'the only file bears the name of the set');
  const geometry = layOut(pieceLengthBytes, files, limits.maxPieces ?? 0x200000);
  checkFilesV1(info.get('files'), files, pieceLengthBytes);
  const pieceHashesV1 = asBytes(info.get('pieces'));
  if (pieceHashesV1?.length !== geometry.pieceCount * 20)
    refuse('metainfo_pieces', `no ${geometry.pieceCount} SHA-1 hashes`);
  const layers = parsePieceLayers(outer.get('piece layers'), files, pieceLengthBytes, hashes);
  const infoBytes = bytes.subarray(range.startOffset, range.endOffset);
  return {
    infoHash: toHex(hashes.sha1(infoBytes)) as InfoHash,
    infoHashV2: toHex(hashes.sha256(infoBytes)) as InfoHashV2,
    name,
    files: files.map((file, index) => ({
      name: file.name,
      lengthBytes: file.lengthBytes,
      root: fileRootOf(file),
      pieceLayer: layers[index] as Uint8Array,
    })),
    geometry,
    pieceHashesV1,
    announce: parseAnnounce(outer.get('announce')),
    webSeeds: parseWebSeeds(outer.get('url-list')),
    isPrivate: parsePrivate(info.get('private')),
    bytes,
    infoBytes,
  };
}

function checkHybrid(info: BencodeDictionary): void {
  if (info.get('meta version') !== 2) refuse('metainfo_not_hybrid', 'meta version is not 2');
  if (!info.has('file tree')) refuse('metainfo_not_hybrid', 'no v2 file tree');
  if (!info.has('pieces')) refuse('metainfo_not_hybrid', 'no v1 pieces');
  if (info.has('length') || !info.has('files')) refuse('metainfo_not_hybrid', 'not in multi-file form');
}

function parseSetName(info: BencodeDictionary): string {
  const name = parseName(asBytes(info.get('name')) ?? refuse('metainfo_name', 'no name'));
  // Clients that know `name.utf-8` prefer it, and would then show another name than we do.
  if (name === undefined || info.has('name.utf-8')) refuse('metainfo_name', 'unsafe name');
  return name;
}

export function parsePieceLength(value: BencodeValue | undefined): number {
  const lengthBytes = asInteger(value) ?? refuse('metainfo_piece_length', 'no piece length');
  const isAllowed =
    lengthBytes >= BLOCK_BYTES &&
    lengthBytes <= MAX_PIECE_LENGTH_BYTES &&
    (lengthBytes & (lengthBytes - 1)) === 0;
  if (!isAllowed) refuse('metainfo_piece_length', `${lengthBytes} is no power of two from 16 KiB to 16 MiB`);
  return lengthBytes;
}

/** Counts the pieces before anything is made as large as they are many. */
function layOut(pieceLengthBytes: number, files: readonly TreeFile[], maxPieces: number): Geometry {
  let pieces = 0;
  for (const file of files) pieces += Math.ceil(file.lengthBytes / pieceLengthBytes);
  if (pieces > maxPieces) refuse('metainfo_too_many_pieces', `${pieces} pieces, limit ${maxPieces}`);
  return new Geometry(
    pieceLengthBytes,
    files.map((file) => file.lengthBytes),
  );
}

function parsePrivate(value: BencodeValue | undefined): boolean {
  if (value !== undefined && value !== 0 && value !== 1) refuse('metainfo_private', 'private is not 0 or 1');
  return value === 1;
}

function parseAnnounce(value: BencodeValue | undefined): string | undefined {
  if (value === undefined) return undefined;
  return parseUrl(value, /^(https?|udp|wss?):\/\/[^/]/) ?? refuse('metainfo_announce', 'announce is no URL');
}

/** BEP 19: one URL or a list of them. */
function parseWebSeeds(value: BencodeValue | undefined): string[] {
  if (value === undefined) return [];
  const list = asList(value) ?? [value];
  if (list.length > MAX_WEB_SEEDS) refuse('metainfo_url_list', `${list.length} web seeds`);
  return list.map(
    (item) => parseUrl(item, /^https?:\/\/[^/]/) ?? refuse('metainfo_url_list', 'a web seed is no HTTP URL'),
  );
}

/** Printable ASCII of a known scheme: enough to keep it out of trouble in logs; whoever fetches it parses it. */
function parseUrl(value: BencodeValue, scheme: RegExp): string | undefined {
  const url = asText(value);
  if (url === undefined || url.length > MAX_URL_BYTES || !/^[\x21-\x7e]+$/.test(url)) return undefined;
  return scheme.test(url) ? url : undefined;
}
