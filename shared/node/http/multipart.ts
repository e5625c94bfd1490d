/** An answer's content as a row of literal bytes and ranges of the file: one range, or multipart/byteranges. */
import { type ByteRange, contentRange } from '../../http/range.ts';
import type { Resource } from './image-headers.ts';

export interface Part {
  /** Bytes to send before the range. */
  readonly head: Uint8Array | undefined;
  readonly range: ByteRange;
}

export interface Content {
  readonly parts: readonly Part[];
  readonly tail: Uint8Array | undefined;
  readonly lengthBytes: number;
}

export function singlePart(range: ByteRange): Content {
  return {
    parts: [{ head: undefined, range }],
    tail: undefined,
    lengthBytes: range.endBytes - range.startBytes,
  };
}

/** A file cannot be made to hold its own root, so the ETag is a boundary that never occurs in it. */
export function boundaryOf(resource: Resource): string {
  return resource.etag.slice(1, -1);
}

/** RFC 9110 section 14.6. */
export function multipart(resource: Resource, ranges: readonly ByteRange[]): Content {
  const boundary = boundaryOf(resource);
  const parts = ranges.map((range) => ({
    head: Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: ${resource.contentType}\r\n` +
        `Content-Range: ${contentRange(range, resource.sizeBytes)}\r\n\r\n`,
    ),
    range,
  }));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  let lengthBytes = tail.length;
  for (const { head, range } of parts) lengthBytes += head.length + range.endBytes - range.startBytes;
  return { parts, tail, lengthBytes };
}
