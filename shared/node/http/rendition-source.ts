/** What the image route needs of a node: both roles give one, and neither knows HTTP. */
import type { PublishedImage, Rendition } from '../../api-types/catalog.ts';
import type { ImageId } from '../../units.ts';
import type { ReadTally } from '../swarm-node-api.ts';

/** Where the bytes of an answer came from, for Cache-Status (RFC 9211) and Server-Timing. */
export type ByteSource = 'memory' | 'disk' | 'swarm';

export interface RenditionBody {
  readonly source: ByteSource;
  /** The whole file in memory, if it is hot: the route cuts ranges out of it itself. */
  readonly whole: Uint8Array | undefined;
  /** Of `swarm`: where the bytes of the ranges that are being read come from, as far as is known by now. */
  readonly tally?: Readonly<ReadTally>;
  /** Of `swarm`: resolves when a source has begun to send what the read waits for. Nothing of it is verified then. */
  readonly begun?: Promise<void>;
  /**
   * Verified bytes of [startBytes, endBytes), in order, as they become available. Ends the fetch when the
   * signal aborts. Throws UserError `image_unavailable` (503) when no source can give them in time.
   */
  read(startBytes: number, endBytes: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface RenditionSource {
  /** The image as published; undefined when it is unknown or purged. */
  image(id: ImageId): PublishedImage | undefined;
  /** @param isReadWhole all of it will be read, from its first byte on: a source may begin to fetch it. Default false. */
  open(
    image: PublishedImage,
    rendition: Rendition,
    isReadWhole?: boolean,
  ): Promise<RenditionBody> | RenditionBody;
}

/** A source that has some of what is published. */
export interface PartialSource extends Pick<RenditionSource, 'image'> {
  /** Undefined: another process answers this request; the route leaves it alone. */
  open(
    image: PublishedImage,
    rendition: Rendition,
    isReadWhole?: boolean,
  ): ReturnType<RenditionSource['open']> | undefined;
}
