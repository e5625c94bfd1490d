/**
 * One visitor's browser: six connections to a host (HTTP/1.1), kept; what is due while all are busy waits its turn,
 * and the wait counts. Each body is compared with what was published.
 */
import { createHash } from 'node:crypto';
import { Agent, type IncomingMessage, get as overHttp } from 'node:http';
import { get as overHttps, Agent as TlsAgent } from 'node:https';
import type { Socket } from 'node:net';

/** As Chrome and Firefox have it. */
const CONNECTIONS_PER_HOST = 6;

export interface Asked {
  readonly base: string;
  readonly path: string;
  /** `image/avif` and so on, as `Accept`. */
  readonly type: string;
  readonly timeoutMs: number;
}

export interface Answered {
  /** 0: no answer, or none that ended well. */
  readonly status: number;
  /** Why; empty for an answer. */
  readonly failure: string;
  readonly bytes: number;
  /** SHA-256 of the body, hexadecimal. */
  readonly digest: string;
  /** `performance.now()` of the body's first byte; NaN: none came. */
  readonly firstAtMs: number;
  /** `Cache-Status`, the last node's. */
  readonly cacheStatus: string;
}

const nothing = (failure: string): Answered => ({
  status: 0,
  failure,
  bytes: 0,
  digest: '',
  firstAtMs: Number.NaN,
  cacheStatus: '',
});

export class Shopper {
  readonly #agent: Agent;
  readonly #tlsAgent: TlsAgent;

  /** Connections that were asked something before. */
  readonly #used = new WeakSet<Socket>();

  /** @param localAddress where its connections leave from; undefined: the system chooses */
  constructor(localAddress: string | undefined) {
    const kept = { keepAlive: true, maxSockets: CONNECTIONS_PER_HOST };
    const options = localAddress === undefined ? kept : { ...kept, localAddress };
    this.#agent = new Agent(options);
    this.#tlsAgent = new TlsAgent(options);
  }

  /** Never rejects. */
  async ask(asked: Asked, signal: AbortSignal): Promise<Answered> {
    const giveUpAtMs = performance.now() + asked.timeoutMs;
    for (;;) {
      const answered = await this.#askOnce(asked, giveUpAtMs - performance.now(), signal);
      if (answered !== 'stale connection') return answered;
    }
  }

  leave(): void {
    this.#agent.destroy();
    this.#tlsAgent.destroy();
  }

  #askOnce(
    { base, path, type }: Asked,
    leftMs: number,
    signal: AbortSignal,
  ): Promise<Answered | 'stale connection'> {
    return new Promise((resolve) => {
      const headers = { accept: `${type},image/*;q=0.8` };
      const answer = (response: IncomingMessage) => {
        read(response).then(settle, () => settle(nothing(isLate ? 'too late' : 'cut short')));
      };
      // Fleets that run already may have TLS, and not all of their nodes alike.
      const request = base.startsWith('https:')
        ? overHttps(`${base}${path}`, { agent: this.#tlsAgent, headers }, answer)
        : overHttp(`${base}${path}`, { agent: this.#agent, headers }, answer);
      let isLate = false;
      const giveUp = () => {
        isLate = true;
        request.destroy();
      };
      const timer = setTimeout(giveUp, leftMs);
      signal.addEventListener('abort', giveUp);
      const settle = (answered: Answered | 'stale connection') => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        resolve(answered);
      };
      let isReused = false;
      request.on('socket', (socket) => {
        isReused = this.#used.has(socket);
        this.#used.add(socket);
      });
      request.on('error', ({ code = 'failed' }: NodeJS.ErrnoException) => {
        // The server closed a connection that was idle just when we used it again: as a browser does, once more.
        const isStale = isReused && code === 'ECONNRESET' && !isLate;
        settle(isStale ? 'stale connection' : nothing(isLate ? 'too late' : code));
      });
    });
  }
}

async function read(response: IncomingMessage): Promise<Answered> {
  const hash = createHash('sha256');
  let bytes = 0;
  let firstAtMs = Number.NaN;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    if (bytes === 0) firstAtMs = performance.now();
    bytes += chunk.length;
    hash.update(chunk);
  }
  const cacheStatus = String(response.headers['cache-status'] ?? '');
  const status = response.statusCode ?? 0;
  const failure = status === 200 ? '' : `status ${status}`;
  return { status, failure, bytes, digest: hash.digest('hex'), firstAtMs, cacheStatus };
}
