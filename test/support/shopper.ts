/** One request of a shopper, and what came of it: its body is hashed and compared. */
import { createHash } from 'node:crypto';
import { Agent, get, type IncomingMessage } from 'node:http';

export interface KnownRendition {
  /** Path of its URL. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * `wrong`: a 200 of other bytes. `cut`: a connection that was refused, or broken before all had come. `late`: nothing
 * within the shopper's patience.
 */
export type AnswerKind = 'right' | 'wrong' | 'cut' | 'late' | `${number}`;

export interface Outcome {
  readonly kind: AnswerKind;
  /** By Cache-Status: memory, disk, swarm, web-seed; empty when it does not say. */
  readonly source: string;
  /** A refusal's body, or the error. */
  readonly detail: string;
}

/** Asks an edge. Never rejects. @param url the edge's */
export function askForImage(
  agent: Agent,
  url: string,
  rendition: KnownRendition,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const fail = (error: Error) =>
      resolve({ kind: signal.aborted ? 'late' : 'cut', source: '', detail: error.message });
    const request = get(`${url}${rendition.path}`, { agent, signal }, (response) => {
      bodyOf(response).then((body) => resolve(judged(response, body, rendition)), fail);
    });
    request.on('error', (error) => {
      // The server had just closed an idle connection: whoever asks, asks again on a new one (RFC 9112 section 9.5).
      if (request.reusedSocket && !signal.aborted) resolve(askForImage(new Agent(), url, rendition, signal));
      else fail(error);
    });
  });
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function judged({ statusCode = 0, headers }: IncomingMessage, body: Buffer, known: KnownRendition): Outcome {
  const source = sourceIn(String(headers['cache-status'] ?? ''));
  if (statusCode !== 200) return { kind: `${statusCode}`, source, detail: body.toString() };
  const isRight =
    body.length === known.bytes && createHash('sha256').update(body).digest('hex') === known.sha256;
  return { kind: isRight ? 'right' : 'wrong', source, detail: isRight ? '' : `${body.length} bytes` };
}

/** The place that most of the bytes came from. */
function sourceIn(cacheStatus: string): string {
  const detail = /detail=(?:"([^"]*)"|(\w+))/.exec(cacheStatus);
  if (detail?.[1] === undefined) return detail?.[2] ?? '';
  const counts = detail[1].split(' ').map((part) => part.split('=') as [string, string]);
  return counts.sort((a, b) => Number(b[1]) - Number(a[1]))[0]?.[0] ?? '';
}
