/**
 * HTTP to the configured origin, and to nobody else (threat rows 25 and 26): a redirect is an error, a coded body
 * is an error, and what is read has a limit before it is parsed.
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { PeerError } from '../shared/errors.ts';
import { CHECKED_TLS } from '../shared/node/checked-tls.ts';

export type OriginFetchCode =
  | 'origin_unreachable'
  | 'origin_timeout'
  | 'origin_redirect'
  | 'origin_status'
  | 'origin_encoded'
  | 'origin_too_large'
  | 'origin_cut_short';

export interface OriginFetchLimits {
  /** No byte for so long ends the request. Default 10 s. */
  readonly idleTimeoutMs: number;
  /** The whole request, from the first to the last byte. Default 30 s: 4 MiB at 1.2 Mbit/s. */
  readonly totalTimeoutMs: number;
  /** Connections to the origin at once; more requests wait in line. Default 8. */
  readonly maxSockets: number;
}

const DEFAULT_LIMITS: OriginFetchLimits = { idleTimeoutMs: 10_000, totalTimeoutMs: 30_000, maxSockets: 8 };

export class OriginFetch {
  readonly #base: URL;
  readonly #limits: OriginFetchLimits;
  readonly #agent: HttpAgent;

  constructor(origin: URL, limits: Partial<OriginFetchLimits> = {}) {
    this.#base = origin;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    const options = { keepAlive: true, maxSockets: this.#limits.maxSockets };
    this.#agent =
      origin.protocol === 'https:' ? new HttpsAgent({ ...options, ...CHECKED_TLS }) : new HttpAgent(options);
  }

  /**
   * Body of `GET origin + path`.
   * @param path starts with `/`; joined to the origin's own path
   * @param maxBytes largest body; one byte more ends the request
   * @throws PeerError with an {@link OriginFetchCode}; the signal's reason when it aborts
   */
  get(path: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
    const total = AbortSignal.timeout(this.#limits.totalTimeoutMs);
    const either = AbortSignal.any([signal, total]);
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (total.aborted) reject(timedOut(path));
        else reject(error);
      };
      const request = this.#request(path, either);
      request.setTimeout(this.#limits.idleTimeoutMs, () => request.destroy(timedOut(path)));
      request.on('error', (error) => {
        fail(error instanceof PeerError ? error : new PeerError('origin_unreachable', error.message));
      });
      request.on('response', (response) => {
        readBody(response, maxBytes).then(resolve, (error: Error) => {
          request.destroy();
          fail(error);
        });
      });
      request.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #request(path: string, signal: AbortSignal): ClientRequest {
    const send = this.#base.protocol === 'https:' ? httpsRequest : httpRequest;
    return send({
      protocol: this.#base.protocol,
      // URL keeps the brackets of an IPv6 literal, the socket wants none.
      hostname: this.#base.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: this.#base.port,
      path: this.#base.pathname.replace(/\/$/, '') + path,
      headers: { accept: '*/*', 'accept-encoding': 'identity' },
      agent: this.#agent,
      signal,
    });
  }
}

function timedOut(path: string): PeerError<OriginFetchCode> {
  return new PeerError('origin_timeout', `the origin did not answer ${path} in time`);
}

function refuse(code: OriginFetchCode, message: string): never {
  throw new PeerError<OriginFetchCode>(code, message);
}

/** `node:http` neither follows redirects nor decodes bodies; here both become errors by name. */
function checkHead(response: IncomingMessage, maxBytes: number): void {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) refuse('origin_redirect', `redirect (${status}) refused`);
  if (status !== 200) refuse('origin_status', `status ${status}`);
  const coding = response.headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') refuse('origin_encoded', 'content-encoding refused');
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) tooLarge(maxBytes);
}

function tooLarge(maxBytes: number): never {
  refuse('origin_too_large', `body of more than ${maxBytes} bytes`);
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  // An error after we stopped listening would end the process.
  response.on('error', () => {});
  checkHead(response, maxBytes);
  const chunks: Uint8Array[] = [];
  let lengthBytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      lengthBytes += chunk.length;
      if (lengthBytes > maxBytes) tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof PeerError) throw error;
    refuse('origin_cut_short', (error as Error).message);
  }
  // A body without a length that ends early leaves no error on the stream.
  if (!response.complete) refuse('origin_cut_short', 'the connection ended within the body');
  return Buffer.concat(chunks, lengthBytes);
}
