/**
 * What a worker cannot answer from memory goes to the edge's own process as it is, over loopback, and its answer comes
 * back with the pace of the client. Fields about the connection are each side's own (RFC 9110 section 7.6.1).
 */
import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { HttpLog } from '../../shared/node/http/exchange.ts';
import type { ImageReaders } from '../../shared/node/http/image-readers.ts';
import { hasBody } from '../../shared/node/http/image-route.ts';
import { sendProblem } from '../../shared/node/http/problem-response.ts';
import type { ImageId } from '../../shared/units.ts';

export interface ForwarderParts {
  readonly mainPort: number;
  readonly readers: ImageReaders;
  readonly log: HttpLog;
  /** The edge answers a request for an image; its body is about to pass. */
  answered(image: ImageId, answer: IncomingMessage): void;
}

/** More wait for one of these: each is a reader of bytes that are not in memory. */
const MAX_CONNECTIONS = 2_048;
const RETRY_AFTER_SECONDS = 2;

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** A worker passes no body on, has answered the expectation itself, and writes Host anew. */
const WRITTEN_ANEW: ReadonlySet<string> = new Set(['content-length', 'expect', 'host']);

export class Forwarder {
  readonly #parts: ForwarderParts;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  readonly #running = new Map<ClientRequest, ImageId>();

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
  }

  /** Never rejects. @param image what the request asks for */
  async forward(req: IncomingMessage, res: ServerResponse, image: ImageId | undefined): Promise<void> {
    const gone = new AbortController();
    // It is not passed on, and may hide a second request (threat row 47): answer and hang up, as the edge does.
    if (hasBody(req)) res.shouldKeepAlive = false;
    res.once('close', () => gone.abort());
    res.on('error', () => gone.abort());
    try {
      // Of the requests in a row on a connection only the one whose turn it is hears that the client has gone.
      if (res.socket === null) await once(res, 'socket', { signal: gone.signal });
      await this.#pass(req, res, image, gone.signal);
    } catch (error) {
      if (gone.signal.aborted) return;
      this.#parts.log.warn({ err: error, url: req.url }, 'the edge did not answer its worker');
      if (res.headersSent) res.destroy();
      else {
        const detail = 'The edge does not answer at the moment.';
        sendProblem(res, { status: 503, code: 'image_unavailable', detail }, [
          'Retry-After',
          String(RETRY_AFTER_SECONDS),
        ]);
      }
    }
  }

  /** What is on its way of this image goes no further. */
  cut(image: ImageId): void {
    for (const [running, wanted] of this.#running) if (wanted === image) running.destroy();
  }

  close(): void {
    this.#agent.destroy();
  }

  async #pass(
    req: IncomingMessage,
    res: ServerResponse,
    image: ImageId | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { mainPort: port, readers } = this.#parts;
    const headers = without(req.rawHeaders, HOP_BY_HOP, WRITTEN_ANEW);
    // HTTP/1.0 may leave it out, HTTP/2 has another name for it, and we pass on in HTTP/1.1.
    headers.push('Host', req.headers.host ?? '127.0.0.1');
    const passed = request({
      host: '127.0.0.1',
      port,
      agent: this.#agent,
      method: req.method,
      path: req.url,
      headers: headers as unknown as Record<string, string>,
      signal,
    });
    if (image !== undefined) this.#running.set(passed, image);
    passed.once('close', () => this.#running.delete(passed));
    // What fails after its answer began is told by the answer.
    passed.on('error', () => undefined);
    passed.end();
    const [answer] = (await once(passed, 'response')) as [IncomingMessage];
    if (image !== undefined) {
      readers.sending(req.socket, image);
      this.#parts.answered(image, answer);
    }
    res.writeHead(answer.statusCode ?? 502, without(answer.rawHeaders, HOP_BY_HOP));
    for await (const chunk of answer) if (!res.write(chunk)) await once(res, 'drain', { signal });
    res.end();
  }
}

function without(rawHeaders: readonly string[], ...left: readonly ReadonlySet<string>[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const isPseudo = name.startsWith(':');
    if (!isPseudo && !left.some((names) => names.has(name.toLowerCase())))
      kept.push(name, rawHeaders[i + 1] as string);
  }
  return kept;
}
