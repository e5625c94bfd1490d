/**
 * Messages between the ingest and its worker. The worker handles hostile bytes, so what it says is parsed like
 * anything from outside: a name it gives becomes part of a path.
 */
import { z } from 'zod';
import type { SourceType } from '../detect-type.ts';

export interface LadderJob {
  /** Path of the photo. */
  readonly source: string;
  readonly type: SourceType;
  /** An empty folder for the renditions. */
  readonly folder: string;
}

const renditionFile = z.object({
  name: z.string().regex(/^[1-9]\d{0,3}\.(avif|webp|jpg)$/),
  width: z.int().positive(),
  height: z.int().positive(),
  type: z.enum(['image/avif', 'image/webp', 'image/jpeg']),
});

const ladder = z.object({
  /** Of the upright source. */
  width: z.int().positive(),
  height: z.int().positive(),
  placeholder: z.base64().max(64),
  files: z.array(renditionFile).min(1).max(15),
});

export const workerMessage = z.discriminatedUnion('type', [
  /** Sent once, after the worker has checked that its decoders are as they should be. */
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('rendition'), done: z.int(), total: z.int() }),
  z.object({ type: z.literal('done'), ladder }),
  /** The photo's fault. */
  z.object({
    type: z.literal('refused'),
    code: z.enum(['upload_damaged', 'upload_too_many_pixels']),
    message: z.string().max(300),
  }),
  /** Ours, or the disk's. */
  z.object({
    type: z.literal('failed'),
    message: z.string().max(1_000),
    errno: z.string().max(20).optional(),
  }),
]);

export type RenditionFile = z.infer<typeof renditionFile>;
export type Ladder = z.infer<typeof ladder>;
export type WorkerMessage = z.infer<typeof workerMessage>;
