/** It stalled, or came and could not be shown: the page turns to another node. */
export interface FailedImage {
  readonly imageId: string;
  /** Base URL of the node that it was to come from. */
  readonly url: string;
}

/** What a page tells the service worker. */
export interface WorkerMessage {
  /** What it had before the worker was there; `mode` as a Request has it. */
  readonly seen?: readonly { readonly url: string; readonly mode: 'navigate' | 'cors' }[];
  /** Ids of all images that the shop has now: others need not be kept. */
  readonly published?: readonly string[];
  readonly failed?: FailedImage;
}
