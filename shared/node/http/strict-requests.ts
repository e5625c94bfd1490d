/** What Node's parser lets through and RFC 9112 does not: refused before any handler sees it (threat row 47). */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** No name, address or port holds any of these. */
export const NOT_IN_HOST = /[\s@/\\?#,]/;

/** Status to refuse the request with; `undefined` when it is fine. `maxHeaders` is what the server keeps of them. */
export function requestFault(req: IncomingMessage, maxHeaders: number): 400 | 431 | 505 | undefined {
  // llhttp takes 0.9 and 2.0 too, which speak other languages than our answer.
  if (req.httpVersionMajor !== 1) return 505;
  const { rawHeaders } = req;
  // Node drops fields beyond its limit unseen, and among them may be the one that a proxy added last.
  if (rawHeaders.length >= 2 * maxHeaders) return 431;
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue;
    hosts += 1;
    if (NOT_IN_HOST.test(rawHeaders[i + 1] as string)) return 400;
  }
  // Section 3.2: none, more than one, or one that cannot be MUST be refused. Node keeps the first and goes on.
  if (hosts > 1 || (hosts === 0 && req.httpVersionMinor > 0)) return 400;
  const coding = req.headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  // Section 6.1: HTTP/1.0 knows no transfer codings, and no other coding than this is known here.
  return req.httpVersionMinor === 1 && coding.toLowerCase() === 'chunked' ? undefined : 400;
}

/** Answers and ends the connection: what follows on it cannot be trusted to be a request. */
export function refuseRequest(res: ServerResponse, status: number): void {
  res.shouldKeepAlive = false;
  res.writeHead(status, ['Cache-Control', 'no-store', 'Content-Length', '0']).end();
}
