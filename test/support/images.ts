/** Image files that no camera makes, byte by byte. */
import { crc32, deflateSync } from 'node:zlib';

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** A valid black PNG of one bit a pixel: 30,000 x 30,000 are 110 KB. */
export function blackPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc(height * (Math.ceil(width / 8) + 1)), { level: 9 });
  const parts = [chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([PNG_SIGNATURE, ...parts]);
}

/** Inserts chunks behind the header of a PNG. */
export function withPngChunks(
  png: Uint8Array,
  chunks: readonly (readonly [type: string, data: Uint8Array])[],
): Buffer {
  const headerEnd = PNG_SIGNATURE.length + 25;
  return Buffer.concat([
    png.subarray(0, headerEnd),
    ...chunks.map(([type, data]) => chunk(type, data)),
    png.subarray(headerEnd),
  ]);
}

/** Inserts segments behind the start marker of a JPEG. */
export function withJpegSegments(
  jpeg: Uint8Array,
  segments: readonly (readonly [marker: number, data: Uint8Array])[],
): Buffer {
  const inserted = segments.map(([marker, data]) => {
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(data.length + 2, 2);
    return Buffer.concat([head, data]);
  });
  return Buffer.concat([jpeg.subarray(0, 2), ...inserted, jpeg.subarray(2)]);
}

/** Markers of a JPEG's segments up to the first scan, in order. */
export function jpegMarkers(jpeg: Uint8Array): number[] {
  const markers: number[] = [];
  for (let at = 2; at + 4 <= jpeg.length; ) {
    const marker = jpeg[at + 1] as number;
    markers.push(marker);
    if (marker === 0xda) break;
    at += 2 + (((jpeg[at + 2] as number) << 8) | (jpeg[at + 3] as number));
  }
  return markers;
}

/** Names of a WebP's chunks (RIFF). */
export function webpChunks(webp: Uint8Array): string[] {
  const bytes = Buffer.from(webp);
  const names: string[] = [];
  for (let at = 12; at + 8 <= bytes.length; ) {
    names.push(bytes.toString('latin1', at, at + 4));
    const length = bytes.readUInt32LE(at + 4);
    at += 8 + length + (length % 2);
  }
  return names;
}

/** A lossless WebP whose header says it has this size: 14 bits a side (RFC 9649 section 3.3). */
export function losslessWebpWithSize(webp: Uint8Array, width: number, height: number): Buffer {
  const bytes = Buffer.from(webp);
  const sizeAt = bytes.indexOf('VP8L') + 9;
  const flags = bytes.readUInt32LE(sizeAt) & 0xf0000000;
  bytes.writeUInt32LE((flags | (width - 1) | ((height - 1) << 14)) >>> 0, sizeAt);
  return bytes;
}

/** An AVIF whose `ispe` boxes (ISO 23008-12 section 6.5.3) say it has this size. */
export function avifWithSize(avif: Uint8Array, width: number, height: number): Buffer {
  const bytes = Buffer.from(avif);
  for (let at = bytes.indexOf('ispe'); at >= 0; at = bytes.indexOf('ispe', at + 4)) {
    bytes.writeUInt32BE(width, at + 8);
    bytes.writeUInt32BE(height, at + 12);
  }
  return bytes;
}

/**
 * An Exif block (little-endian TIFF) with an orientation, a description, GPS co-ordinates and a thumbnail.
 * @param secret stands in description, GPS area and thumbnail
 */
export function exifBlock(orientation: number, secret: string): Buffer {
  const text = Buffer.from(`${secret}\0`, 'latin1');
  const entry = (tag: number, type: number, count: number, value: number) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16LE(tag, 0);
    bytes.writeUInt16LE(type, 2);
    bytes.writeUInt32LE(count, 4);
    bytes.writeUInt32LE(value, 8);
    return bytes;
  };
  const directory = (entries: readonly Buffer[], next: number) => {
    const count = Buffer.alloc(2);
    count.writeUInt16LE(entries.length);
    const link = Buffer.alloc(4);
    link.writeUInt32LE(next);
    return Buffer.concat([count, ...entries, link]);
  };
  const ifd0At = 8;
  const ifd0Bytes = 2 + 3 * 12 + 4;
  const gpsAt = ifd0At + ifd0Bytes;
  const gpsBytes = 2 + 3 * 12 + 4;
  const ifd1At = gpsAt + gpsBytes;
  const ifd1Bytes = 2 + 2 * 12 + 4;
  const dataAt = ifd1At + ifd1Bytes;
  const rational = Buffer.alloc(24);
  for (const [index, value] of [52, 31, 12].entries()) {
    rational.writeUInt32LE(value, 8 * index);
    rational.writeUInt32LE(1, 8 * index + 4);
  }
  const latitudeAt = dataAt + text.length;
  const thumbnailAt = latitudeAt + rational.length;
  const thumbnail = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xfe]), text, Buffer.from([0xff, 0xd9])]);
  return Buffer.concat([
    Buffer.from('II*\0\x08\0\0\0', 'latin1'),
    directory(
      [entry(0x010e, 2, text.length, dataAt), entry(0x0112, 3, 1, orientation), entry(0x8825, 4, 1, gpsAt)],
      ifd1At,
    ),
    directory([entry(1, 2, 2, 0x4e), entry(2, 5, 3, latitudeAt), entry(0x1b, 7, text.length, dataAt)], 0),
    directory([entry(0x0201, 4, 1, thumbnailAt), entry(0x0202, 4, 1, thumbnail.length)], 0),
    text,
    rational,
    thumbnail,
  ]);
}
