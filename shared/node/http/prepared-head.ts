/**
 * Status line and header of an answer as one text, made once a second for each list of fields. node:http checks and
 * joins every field of every answer, a tenth of what one from memory costs. The text goes where `writeHead` leaves its
 * own (`_header`, in every Node so far), and `end` takes it from there.
 */
import { type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http';
import type { RawHeaders } from './image-headers.ts';

/** What node:http's `writeHead` decides by, and where it puts what it made. */
interface PreparedResponse {
  _header: string | null;
  readonly _keepAliveTimeout: number;
  readonly _maxRequestsPerSocket: number | null;
  readonly _expect_continue: boolean;
  readonly maxRequestsOnConnectionReached?: boolean;
}

/** Of this second; the next one starts with none, so that what is no longer asked for takes no memory. */
interface Heads {
  readonly second: number;
  readonly keepAliveMs: number;
  readonly maxRequests: number;
  /** Date and what becomes of the connection. */
  readonly end: string;
  readonly texts: Map<RawHeaders, string>;
}

let heads: Heads = { second: 0, keepAliveMs: 0, maxRequests: 0, end: '', texts: new Map() };

/**
 * Instead of `writeHead(200, headers)`.
 * @param headers a list that is used again; Content-Length is in it, and neither Date nor Connection
 * @returns false, and has done nothing, for an answer that ends its connection: `writeHead` knows how to say so
 * @throws what `writeHead` throws for a field that may not be sent
 */
export function giveHead(res: ServerResponse, headers: RawHeaders): boolean {
  const prepared = res as unknown as PreparedResponse;
  if (!res.shouldKeepAlive || prepared.maxRequestsOnConnectionReached === true || prepared._expect_continue)
    return false;
  const { texts, end } = headsFor(prepared);
  let text = texts.get(headers);
  if (text === undefined) {
    text = join(headers) + end;
    texts.set(headers, text);
  }
  res.statusCode = 200;
  prepared._header = text;
  return true;
}

function headsFor({ _keepAliveTimeout: keepAliveMs, _maxRequestsPerSocket }: PreparedResponse): Heads {
  const second = Math.floor(Date.now() / 1000);
  const maxRequests = _maxRequestsPerSocket ?? 0;
  if (heads.second === second && heads.keepAliveMs === keepAliveMs && heads.maxRequests === maxRequests)
    return heads;
  const most = maxRequests > 0 ? `, max=${maxRequests}` : '';
  const life = keepAliveMs > 0 ? `Keep-Alive: timeout=${Math.floor(keepAliveMs / 1000)}${most}\r\n` : '';
  const end = `Date: ${new Date(second * 1000).toUTCString()}\r\nConnection: keep-alive\r\n${life}\r\n`;
  heads = { second, keepAliveMs, maxRequests, end, texts: new Map() };
  return heads;
}

function join(headers: RawHeaders): string {
  let text = 'HTTP/1.1 200 OK\r\n';
  for (let i = 0; i < headers.length; i += 2) {
    const [name, value] = [headers[i] as string, headers[i + 1] as string];
    validateHeaderName(name);
    validateHeaderValue(name, value);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}
