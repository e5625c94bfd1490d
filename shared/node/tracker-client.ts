/**
 * Asks an HTTP tracker (BEP 3, 23). What answers may be anybody: no redirects, no content encoding, at most so
 * many bytes and so long (threat rows 25, 26). node:http does none of these by itself.
 */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { PeerError } from '../errors.ts';
import { CHECKED_TLS } from './checked-tls.ts';
import { setDeadline } from './process/deadline.ts';

export type TrackerErrorCode =
  | 'tracker_unreachable'
  | 'tracker_timeout'
  | 'tracker_status'
  | 'tracker_encoding'
  | 'tracker_too_large';

export interface TrackerGetOptions {
  /** libtorrent's cap; 2,000 peers take 12 KB. Default 1 MiB. */
  readonly maxBytes?: number;
  /** For the whole answer. Default 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const failure = (code: TrackerErrorCode, message: string) => new PeerError(code, message);

/**
 * The body of a 200 answer.
 * @throws PeerError with a {@link TrackerErrorCode}
 */
export function getFromTracker(url: URL, options: TrackerGetOptions = {}): Promise<Uint8Array> {
  const { maxBytes = 1024 * 1024, timeoutMs = 10_000, signal } = options;
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    // One announce in many minutes: a connection kept for the next would only be in the way.
    const request = send(url, { agent: false, headers: { 'accept-encoding': 'identity' }, ...CHECKED_TLS });
    const limit = setDeadline(timeoutMs, () =>
      end(failure('tracker_timeout', `no answer within ${timeoutMs} ms`)),
    );
    const aborted = () => end(failure('tracker_timeout', 'given up'));
    const end = (outcome: Error | Uint8Array) => {
      limit.clear();
      signal?.removeEventListener('abort', aborted);
      request.destroy();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    signal?.addEventListener('abort', aborted);
    if (signal?.aborted) return aborted();
    request.on('error', (error) => end(failure('tracker_unreachable', error.message)));
    request.on('response', (response) => readBody(request, response, maxBytes, end));
    request.end();
  });
}

function readBody(
  request: ClientRequest,
  response: IncomingMessage,
  maxBytes: number,
  end: (outcome: Error | Uint8Array) => void,
): void {
  const refusal = refuse(response, maxBytes);
  if (refusal) return end(refusal);
  const chunks: Uint8Array[] = [];
  let length = 0;
  response.on('data', (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > maxBytes) return end(failure('tracker_too_large', `more than ${maxBytes} bytes`));
    chunks.push(chunk);
  });
  response.on('error', (error) => end(failure('tracker_unreachable', error.message)));
  response.on('end', () => {
    if (response.complete && !request.destroyed) end(new Uint8Array(Buffer.concat(chunks)));
  });
}

/** Judges the head, before a byte of the body is taken in. */
function refuse(response: IncomingMessage, maxBytes: number): PeerError | undefined {
  const { statusCode, headers } = response;
  if (statusCode !== 200) return failure('tracker_status', `status ${statusCode}`);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return failure('tracker_encoding', `content-encoding ${encoding}`);
  if (Number(headers['content-length'] ?? 0) > maxBytes)
    return failure('tracker_too_large', `more than ${maxBytes} bytes`);
  return undefined;
}
