/** Why a frame of the feed was not understood. Listed in docs/ERRORS.md. */
export type FeedErrorCode = 'feed_frame_invalid';

/**
 * Longest frame of a client, in characters; the WebSocket layer limits bytes before this. A hello with every
 * field at its limit has 2 KiB.
 */
export const MAX_CLIENT_FRAME_CHARACTERS = 16 * 1024;

/**
 * Longest frame of the origin. `entries` are at most 512 KiB by contract; quotes inside bodies are escaped once
 * more in a frame, and a single entry of 64 KiB must always fit.
 */
export const MAX_SERVER_FRAME_CHARACTERS = 1024 * 1024;
