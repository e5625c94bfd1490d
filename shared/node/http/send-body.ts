/** Ways of an image's bytes into a response: at once from memory, or as verified bytes come in. */
import { once } from 'node:events';
import { InternalError, UserError } from '../../errors.ts';
import { nextTick } from '../next-tick.ts';
import { endNow, endTogether } from './end-together.ts';
import { beginAnswer, type Exchange, elapsedMsOf, type Plan, purgeOf } from './exchange.ts';
import { CLIENT_CLOSED_REQUEST, type StreamEnd } from './http-metrics.ts';
import { type Content, singlePart } from './multipart.ts';
import { sendProblem } from './problem-response.ts';
import type { RenditionBody } from './rendition-source.ts';
import { requestFields } from './request-log.ts';

/** A swarm that is late now may well be there in a moment. */
const RETRY_AFTER_SECONDS = 2;
/** A shopper has looked at an empty frame for that long, or is on a very slow line. */
const SLOW_ANSWER_MS = 10_000;

/**
 * The warm path: a ready head, one end; node:http sends both in one system call.
 * @param isHeadAlone in a packet of its own, which a slow link brings 0.5 ms before a full one. Default false
 */
export function sendWarm(
  exchange: Exchange,
  plan: Plan,
  body: RenditionBody,
  whole: Uint8Array,
  isHeadAlone = false,
): void {
  const { res, metrics } = exchange;
  if (whole.length !== plan.resource.sizeBytes) {
    fail(exchange, plan, new InternalError(`${whole.length} bytes for ${plan.resource.etag}`));
    return;
  }
  const { source, tally } = body;
  beginAnswer(exchange, plan, body);
  if (isHeadAlone) res.flushHeaders();
  const { content } = plan;
  const sentBytes = content?.lengthBytes ?? whole.length;
  if (tally === undefined) metrics.sent(source === 'memory' ? source : 'disk', sentBytes);
  else metrics.sentFetched(sentBytes, tally);
  if (content === undefined) {
    if (isHeadAlone) endNow({ exchange, source, whole });
    else endTogether({ exchange, source, whole });
    return;
  }
  metrics.sentWhole(source, elapsedMsOf(exchange));
  for (const { head, range } of content.parts) {
    if (head !== undefined) res.write(head);
    res.write(whole.subarray(range.startBytes, range.endBytes));
  }
  res.end(content.tail);
}

/** Everything that must wait: an `open` that is a promise, or a body that is not in memory. Never rejects. */
export async function sendWhenThere(
  exchange: Exchange,
  plan: Plan,
  opening: Promise<RenditionBody> | RenditionBody,
): Promise<void> {
  const { res, metrics, route } = exchange;
  const abort = new AbortController();
  // `close` comes after the last byte too, when aborting ends nothing.
  res.once('close', () => abort.abort());
  // Writing to a response whose socket has just gone is an error event; `close` follows and is what we act on.
  res.on('error', () => abort.abort());
  try {
    const body = await opening;
    abort.signal.throwIfAborted();
    // Of the requests in a row on a connection only the one whose turn it is hears that the client has gone (`close`).
    // So a read begins when it is its turn; one that began earlier would wait for a drain that never comes.
    if (res.socket === null) await once(res, 'socket', { signal: abort.signal });
    if (body.whole === undefined) await stream(exchange, plan, body, abort.signal);
    else sendWarm(exchange, plan, body, body.whole, true);
  } catch (error) {
    if (!abort.signal.aborted) fail(exchange, plan, error);
    else if (!res.headersSent) metrics.answered(route, CLIENT_CLOSED_REQUEST);
  } finally {
    abort.abort();
  }
}

/** For HEAD: the headers that GET would have now. */
export async function sendHeadersWhenThere(
  exchange: Exchange,
  plan: Plan,
  opening: Promise<RenditionBody> | RenditionBody,
): Promise<void> {
  try {
    const body = await opening;
    beginAnswer(exchange, plan, body);
    exchange.metrics.sentWhole(body.source, elapsedMsOf(exchange));
    exchange.res.end();
  } catch (error) {
    fail(exchange, plan, error);
  }
}

async function stream(
  exchange: Exchange,
  plan: Plan,
  body: RenditionBody,
  signal: AbortSignal,
): Promise<void> {
  const { res, metrics } = exchange;
  const content = plan.content ?? singlePart({ startBytes: 0, endBytes: plan.resource.sizeBytes });
  const { source, tally } = body;
  const chunks = bytesOf(content, body, signal);
  let sentBytes = 0;
  let end: StreamEnd = 'error';
  try {
    // Headers are certain by the signed log, and wait only until a source has begun to answer: before, it is a clean 503.
    const first = chunks.next();
    const isEarly = await isBegun(first, body.begun);
    signal.throwIfAborted();
    beginAnswer(exchange, plan, body);
    metrics.streamBegan(source, elapsedMsOf(exchange));
    if (isEarly) res.flushHeaders();
    let step = await first;
    signal.throwIfAborted();
    while (step.done !== true) {
      sentBytes += step.value.length;
      if (res.write(step.value)) await nextTick();
      else await once(res, 'drain', { signal });
      step = await chunks.next();
      signal.throwIfAborted();
    }
    res.end();
    end = 'sent';
  } finally {
    if (res.headersSent) {
      const elapsedMs = elapsedMsOf(exchange);
      if (elapsedMs > SLOW_ANSWER_MS)
        exchange.log.warn(
          { ...requestFields(exchange.req), elapsedMs: Math.round(elapsedMs), sentBytes },
          'slow answer',
        );
      metrics.streamEnded(source, elapsedMs, signal.aborted ? 'aborted' : end, sentBytes, tally);
    }
    // One that still waits for its first bytes ends by the signal.
    chunks.return().catch(() => {});
  }
}

/** @returns true when a source has begun to send before its first bytes are verified. @throws what the read does */
async function isBegun(first: Promise<unknown>, begun: Promise<void> | undefined): Promise<boolean> {
  const isThere = first.then(() => false);
  return begun === undefined ? isThere : Promise.race([isThere, begun.then(() => true)]);
}

async function* bytesOf(
  content: Content,
  body: RenditionBody,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  for (const { head, range } of content.parts) {
    const lengthBytes = range.endBytes - range.startBytes;
    let left = lengthBytes;
    for await (const chunk of body.read(range.startBytes, range.endBytes, signal)) {
      if (chunk.length === 0) continue;
      // With the first bytes, not before: a source that has none must still end in a clean 503.
      if (left === lengthBytes && head !== undefined) yield head;
      left -= chunk.length;
      if (left < 0) throw new InternalError('a source gave more bytes than the range has');
      yield chunk;
    }
    if (left > 0) throw new InternalError(`a source ended ${left} bytes early`);
  }
  if (content.tail !== undefined) yield content.tail;
}

/**
 * Before the headers: a problem. After them: end the connection short of Content-Length, which every client takes
 * for an incomplete answer (RFC 9112 section 8); a clean end would make it a wrong one.
 */
function fail(exchange: Exchange, plan: Plan, error: unknown): void {
  const { req, res, metrics, route, log } = exchange;
  // What a purge took from under a reader is unknown to him too.
  const known = error instanceof UserError ? (purgeOf(plan) ?? error) : undefined;
  if (known === undefined) log.error({ err: error, ...requestFields(req) }, 'image answer failed');
  if (res.headersSent) {
    log.warn({ code: known?.code ?? 'internal', ...requestFields(req) }, 'image answer cut short');
    res.destroy();
    return;
  }
  const status = known?.status ?? 500;
  const retry = status === 503 ? ['Retry-After', String(RETRY_AFTER_SECONDS)] : [];
  if (known !== undefined)
    log.warn({ code: known.code, status, ...requestFields(req) }, 'image not answered');
  const detail = known?.message ?? 'The node failed to answer.';
  metrics.answered(route, status);
  sendProblem(res, { status, code: known?.code ?? 'internal', detail }, retry);
}
