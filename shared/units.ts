/**
 * Branded values: each can be made in one place only, so code that holds one need not check it again.
 * Quantities stay plain numbers and carry their unit last in the name (`timeoutMs`, `lengthBytes`).
 */
declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Index of a piece within its torrent; made by {@link Geometry.pieceIndex}. */
export type PieceIndex = Brand<number, 'PieceIndex'>;
/** v1 info-hash, 40 lower-case hex digits. It names a torrent everywhere inside Shoal. */
export type InfoHash = Brand<string, 'InfoHash'>;
/** v2 info-hash, 64 lower-case hex digits. */
export type InfoHashV2 = Brand<string, 'InfoHashV2'>;
/** Merkle root of one file (BEP 52), 64 lower-case hex digits: a rendition's identity and its ETag. */
export type FileRoot = Brand<string, 'FileRoot'>;
/** 20 bytes as 40 lower-case hex digits. */
export type PeerId = Brand<string, 'PeerId'>;
/** A link's number, given by the host when the connection opens; never used twice by one host. */
export type LinkId = Brand<number, 'LinkId'>;
/** 24 lower-case hex digits, derived from the product and the source's bytes. */
export type ImageId = Brand<string, 'ImageId'>;

/** Unit of request (BEP 3) and leaf of the merkle tree (BEP 52). */
export const BLOCK_BYTES = 16_384;

const hexOf = (digits: number) => new RegExp(`^[0-9a-f]{${digits}}$`);
const HEX_40 = hexOf(40);
const HEX_64 = hexOf(64);
const HEX_24 = hexOf(24);

/** Each parser answers `undefined` for text of another form; the caller knows whose fault that is. */
export const parseInfoHash = (text: string): InfoHash | undefined =>
  HEX_40.test(text) ? (text as InfoHash) : undefined;
export const parseInfoHashV2 = (text: string): InfoHashV2 | undefined =>
  HEX_64.test(text) ? (text as InfoHashV2) : undefined;
export const parseFileRoot = (text: string): FileRoot | undefined =>
  HEX_64.test(text) ? (text as FileRoot) : undefined;
export const parsePeerId = (text: string): PeerId | undefined =>
  HEX_40.test(text) ? (text as PeerId) : undefined;
export const parseImageId = (text: string): ImageId | undefined =>
  HEX_24.test(text) ? (text as ImageId) : undefined;
