/** What an edge's process and its workers tell each other over their channel; it keeps the order of messages. */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { WholeAnswers } from '../../shared/node/http/http-metrics.ts';
import type { FileRoot, ImageId } from '../../shared/units.ts';

export type ToWorker =
  /** The first, once the worker is `ready`. `port`: for shoppers; `mainPort`: where the edge answers, on loopback. */
  | { readonly type: 'serve'; readonly port: number; readonly mainPort: number }
  /** Until then (Unix ms) it may answer by itself. */
  | { readonly type: 'lease'; readonly until: number }
  /** Asked for, and published. */
  | { readonly type: 'image'; readonly image: PublishedImage }
  /** Purged or replaced. Answered by `done`. */
  | {
      readonly type: 'drop';
      readonly number: number;
      readonly image: ImageId;
      readonly roots: readonly FileRoot[];
    }
  /** Wants a report now. Answered by `done`, after the report. */
  | { readonly type: 'tell'; readonly number: number }
  /** Takes no more connections, lets answers end, and ends. */
  | { readonly type: 'drain'; readonly deadlineMs: number };

export type FromWorker =
  /** It listens to its channel: what came earlier was lost. */
  | { readonly type: 'ready' }
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'failed'; readonly code: string | undefined; readonly message: string }
  | { readonly type: 'ask'; readonly image: ImageId }
  | { readonly type: 'done'; readonly number: number }
  | { readonly type: 'report'; readonly counted: WholeAnswers; readonly used: readonly Use[] }
  /** When the certificate that it serves with ends. */
  | { readonly type: 'certificate'; readonly endsAtMs: number }
  /** Drained; it ends when its channel closes. */
  | { readonly type: 'drained' };

export type Use = readonly [image: ImageId, rendition: string, times: number];
