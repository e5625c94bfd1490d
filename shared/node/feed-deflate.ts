/**
 * Feed frames made small. An entry is 3.2 KB of JSON, most of it words that every entry has: deflated against a
 * dictionary of those words it is 0.75 KB, and the origin sends it once to every edge. The WebSocket's own
 * compression (RFC 7692) would keep a window for each edge and deflate anew for each; here a frame is deflated once,
 * and no state is kept. The receiver's limit holds for what comes out, so no frame can be a bomb (threat row 26).
 */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { PeerError } from '../errors.ts';
import type { FeedErrorCode } from '../feed/feed-error.ts';

/** Deflate looks back 32 KiB; what is likeliest stands last, where distances are short (RFC 1950, FDICT). */
const DICTIONARY = Buffer.from(dictionaryText());

export function deflateFrame(text: string): Uint8Array {
  // Z_FILTERED takes no matches of five characters and fewer. Random digits match by chance everywhere, and such a
  // match takes more than its digits would: a frame of twelve sets' piece hashes was 74.7 KB, and is 70.1 KB.
  return deflateRawSync(text, { dictionary: DICTIONARY, strategy: constants.Z_FILTERED });
}

/** @throws PeerError `feed_frame_invalid` for bytes that are no deflated text of at most `maxBytes` */
export function inflateFrame(bytes: Uint8Array, maxBytes: number): string {
  try {
    const text = inflateRawSync(bytes, { dictionary: DICTIONARY, maxOutputLength: maxBytes });
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    throw new PeerError<FeedErrorCode>('feed_frame_invalid', `no deflated text of at most ${maxBytes} bytes`);
  }
}

/** Both sides must have the same words: a change here is a new version of the feed. */
function dictionaryText(): string {
  const renditions = [160, 320, 640, 1280, 2048].flatMap((width) =>
    ['avif', 'webp', 'jpeg'].map(
      (format) =>
        `\\",\\"name\\":\\"${width}.${format === 'jpeg' ? 'jpg' : format}\\",\\"url\\":\\"/images/0/${width}.${format === 'jpeg' ? 'jpg' : format}\\",\\"width\\":${width},\\"height\\":107,\\"type\\":\\"image/${format}\\",\\"bytes\\":1771,\\"root\\":\\"`,
    ),
  );
  return [
    '{"type":"head","head":{"body":"{\\"head\\":25,\\"hash\\":\\"","timeMs":1795237276007,\\"validMs\\":60000,\\"key\\":\\"',
    '{\\"type\\":\\"purge\\",\\"imageId\\":\\"',
    '{"type":"entries","entries":[{"body":"{\\"number\\":25,\\"previous\\":\\"',
    '\\",\\"timeMs\\":1795237276007,\\"key\\":\\"',
    '\\",\\"change\\":{\\"type\\":\\"publish\\",\\"image\\":{\\"id\\":\\"',
    '\\",\\"width\\":4249,\\"height\\":2390,\\"placeholder\\":\\"',
    '==\\",\\"infoHash\\":\\"',
    '\\",\\"infoHashV2\\":\\"',
    '\\",\\"renditions\\":[{',
    ...renditions,
    '\\"}]}}}","signature":"',
  ].join('');
}
