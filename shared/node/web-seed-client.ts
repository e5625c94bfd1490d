/**
 * Takes pieces from a web seed (BEP 19) by Range requests over kept connections. The answer must be exactly the
 * range asked for: no redirects, no content encoding, not a byte more (threat rows 25, 26).
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { PeerError } from '../errors.ts';
import { CHECKED_TLS } from './checked-tls.ts';
import { setDeadline } from './process/deadline.ts';
import type { DownLimit } from './transport/down-limit.ts';

export interface WebSeedRange {
  readonly url: URL;
  readonly startBytes: number;
  /** Not included. */
  readonly endBytes: number;
  /** Length of the whole file, which the answer must confirm. */
  readonly fileBytes: number;
}

export type WebSeedErrorCode =
  | 'web_seed_unreachable'
  | 'web_seed_timeout'
  | 'web_seed_status'
  | 'web_seed_range'
  | 'web_seed_encoding';

export interface WebSeedClientOptions {
  /** Requests at a time, to all origins together. Default 4. */
  readonly maxInFlight?: number;
  /** Without a byte; time in which the limit lets none in does not count. Default 10 s. */
  readonly idleTimeoutMs?: number;
  /** Default: none. */
  readonly downLimit?: DownLimit;
}

const NOTHING_YET = new Uint8Array(0);

const failure = (code: WebSeedErrorCode, message: string) => new PeerError(code, message);

export class WebSeedClient {
  readonly #maxInFlight: number;
  readonly #idleTimeoutMs: number;
  readonly #downLimit: DownLimit | undefined;
  /**
   * Kept connections take turns: TCP slows one down for a fifth of a second every ten (BBR measures the path anew), and
   * not all the next readers are to wait for that one.
   */
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  #inFlight = 0;
  readonly #line: (() => void)[] = [];

  constructor(options: WebSeedClientOptions = {}) {
    this.#maxInFlight = options.maxInFlight ?? 4;
    this.#idleTimeoutMs = options.idleTimeoutMs ?? 10_000;
    this.#downLimit = options.downLimit;
    const agentOptions = { keepAlive: true, maxSockets: this.#maxInFlight, scheduling: 'fifo' } as const;
    this.#http = new HttpAgent(agentOptions);
    this.#https = new HttpsAgent({ ...agentOptions, ...CHECKED_TLS });
  }

  /**
   * Hands the range's bytes to `take` as they come, in order; each chunk may be kept. The first is empty: the seed has
   * said that it sends what was asked for.
   * @throws PeerError with a {@link WebSeedErrorCode}, or the signal's reason
   */
  async fetch(range: WebSeedRange, signal: AbortSignal, take: (bytes: Uint8Array) => void): Promise<void> {
    await this.#turn(signal);
    try {
      await this.#request(range, signal, take);
    } finally {
      this.#inFlight--;
      this.#line.shift()?.();
    }
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    while (this.#inFlight >= this.#maxInFlight) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        const go = () => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = () => {
          const at = this.#line.indexOf(go);
          if (at >= 0) this.#line.splice(at, 1);
          resolve();
        };
        this.#line.push(go);
        signal.addEventListener('abort', leave, { once: true });
      });
    }
    if (signal.aborted) {
      // This turn may have been passed on by one that ended: it goes to the next in line.
      this.#line.shift()?.();
      throw signal.reason;
    }
    this.#inFlight++;
  }

  #request(range: WebSeedRange, signal: AbortSignal, take: (bytes: Uint8Array) => void): Promise<void> {
    const isHttps = range.url.protocol === 'https:';
    const headers = {
      range: `bytes=${range.startBytes}-${range.endBytes - 1}`,
      'accept-encoding': 'identity',
      // Under hot-link rules a page of the seed's own site may have its files, and so may a node.
      referer: `${range.url.origin}/`,
    };
    return new Promise((resolve, reject) => {
      const request = isHttps
        ? httpsRequest(range.url, { agent: this.#https, headers, signal })
        : httpRequest(range.url, { agent: this.#http, headers, signal });
      let hasAnswer = false;
      const fail = (error: Error) => {
        hasAnswer = true;
        // Whatever else comes on this connection is not wanted: it is not kept.
        request.destroy();
        reject(error);
      };
      let isResting = () => false;
      const idle = setDeadline(this.#idleTimeoutMs, () => {
        if (isResting()) idle.refresh();
        else fail(failure('web_seed_timeout', `nothing for ${this.#idleTimeoutMs} ms`));
      });
      request.on('close', () => idle.clear());
      request.on('error', (error) => {
        if (signal.aborted) reject(signal.reason as Error);
        // The seed closed a kept connection just when it was used again: a failure would cost the reader 250 ms.
        else if (request.reusedSocket && !hasAnswer) resolve(this.#request(range, signal, take));
        else reject(failure('web_seed_unreachable', error.message));
      });
      request.on('response', (response) => {
        hasAnswer = true;
        const refusal = refuse(response, range);
        if (refusal) return fail(refusal);
        isResting = () => response.isPaused();
        response.on('resume', () => idle.refresh());
        const takeNext = (bytes: Uint8Array) => {
          idle.refresh();
          take(bytes);
          if (this.#downLimit?.spend(bytes.length)) this.#downLimit.rest(response);
        };
        response.on('close', () => this.#downLimit?.leave(response));
        receive(response, range, takeNext, resolve, fail);
      });
      request.end();
    });
  }
}

function receive(
  response: IncomingMessage,
  range: WebSeedRange,
  take: (bytes: Uint8Array) => void,
  done: () => void,
  fail: (error: Error) => void,
): void {
  let left = range.endBytes - range.startBytes;
  take(NOTHING_YET);
  response.on('data', (chunk: Uint8Array) => {
    left -= chunk.length;
    if (left < 0) fail(failure('web_seed_range', 'more bytes than asked for'));
    else take(chunk);
  });
  response.on('error', (error) => fail(failure('web_seed_unreachable', error.message)));
  response.on('end', () => {
    if (left === 0) done();
    else if (left > 0) fail(failure('web_seed_range', `${left} bytes short`));
  });
}

/** Judges the head, before a byte of the body is taken in. */
function refuse(response: IncomingMessage, range: WebSeedRange): PeerError | undefined {
  const { statusCode, headers } = response;
  const length = range.endBytes - range.startBytes;
  const isWhole = length === range.fileBytes;
  if (statusCode !== 206 && !(statusCode === 200 && isWhole))
    return failure('web_seed_status', `status ${statusCode}`);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return failure('web_seed_encoding', `content-encoding ${encoding}`);
  const wanted = `bytes ${range.startBytes}-${range.endBytes - 1}/${range.fileBytes}`;
  if (statusCode === 206 && headers['content-range'] !== wanted)
    return failure('web_seed_range', `content-range is ${headers['content-range']}, not ${wanted}`);
  if (headers['content-length'] !== undefined && headers['content-length'] !== String(length))
    return failure('web_seed_range', `content-length is ${headers['content-length']}, not ${length}`);
  return undefined;
}
