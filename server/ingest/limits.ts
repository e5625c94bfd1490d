/** Bounds of the ingest, each with its reason. */

/** A 100 MP camera's JPEG has about 40 MB, a shop's photo 2 to 12; the largest we turn away is no product photo. */
export const MAX_UPLOAD_BYTES = 25 * 1_048_576;
/** Threat row 32. 100 MP decode to 300 MB, which the memory limit still holds. */
export const MAX_SOURCE_PIXELS = 100_000_000;
/** WebP cannot be taller (VP8 has 14 bits for a side), and a rendition is as tall as its source at most. */
export const MAX_SOURCE_SIDE_PIXELS = 16_383;
/** Measured: 12 MP take 1 s and 260 MB; a 100 MP PNG 4 s. The rest is for slow and busy machines. */
export const LADDER_TIMEOUT_MS = 60_000;
/** Resident memory of one worker. A 100 MP JPEG turned by 90 degrees takes about 700 MB. */
export const WORKER_MEMORY_BYTES = 1_536 * 1_048_576;
/** After a job a worker that holds more is replaced, so that memory goes back to the system. */
export const WORKER_KEEP_MEMORY_BYTES = 512 * 1_048_576;
/** Uploads under way and waiting, each with at most {@link MAX_UPLOAD_BYTES} on disk: 800 MB. */
export const MAX_WAITING_UPLOADS = 32;
/** What a full queue of ordinary photos takes to shrink by some places. */
export const BUSY_RETRY_SECONDS = 5;
/** Uploads the table remembers after they ended: a season's photos, 200 KB of JSON. */
export const MAX_REMEMBERED_UPLOADS = 1_000;
