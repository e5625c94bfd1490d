/**
 * `/announce` (BEP 3, 7, 23) and `/scrape` (BEP 48) on bare node:http: it is the only API that every client on
 * earth may ask at any rate. What a tracker has to say it says with status 200 and `failure reason`, because
 * clients show that and not the status; other statuses are for HTTP itself.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PeerError } from '../../shared/errors.ts';
import type { HttpMetrics } from '../../shared/node/http/http-metrics.ts';
import type { RequestHandler } from '../../shared/node/http/image-route.ts';
import { parseAnnounceQuery } from '../../shared/tracker/announce-query.ts';
import {
  type AnnounceAnswer,
  encodeAnnounceResponse,
  encodeFailure,
} from '../../shared/tracker/encode-response.ts';
import { encodeScrape, parseScrapeQuery } from '../../shared/tracker/scrape.ts';
import { canonicalIp, clientAddress, type TrustedProxies } from './client-address.ts';
import { INTERVAL_SECONDS, MIN_INTERVAL_SECONDS, type Tracker } from './tracker.ts';

export interface TrackerRouteOptions {
  readonly tracker: Tracker;
  readonly proxies: TrustedProxies;
  readonly metrics: HttpMetrics;
  readonly onFault: (error: unknown) => void;
}

/** 70 scraped hashes of 60 percent-encoded bytes each need 5 KiB; what is longer is no query of a client. */
const MAX_QUERY_CHARACTERS = 8_192;

export function createTrackerRoute(options: TrackerRouteOptions): RequestHandler {
  const { metrics } = options;
  const answers: Readonly<Record<string, (query: string, req: IncomingMessage) => Uint8Array>> = {
    '/announce': (query, req) => announce(options, query, req),
    '/scrape': (query) => encodeScrape(options.tracker.scrape(parseScrapeQuery(query))),
  };
  return function trackerRoute(req, res) {
    const url = req.url ?? '';
    const queryAt = url.indexOf('?');
    const path = queryAt < 0 ? url : url.slice(0, queryAt);
    const answer = path === '/announce' || path === '/scrape' ? answers[path] : undefined;
    if (!answer) return false;
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      send(res, 405, encodeFailure('a tracker is asked with GET'), ['Allow', 'GET, HEAD']);
      metrics.answered('other', 405);
      return true;
    }
    try {
      const query = queryAt < 0 ? '' : url.slice(queryAt + 1);
      send(
        res,
        200,
        query.length > MAX_QUERY_CHARACTERS ? encodeFailure('query too long') : answer(query, req),
      );
      metrics.answered('other', 200);
    } catch (error) {
      const isTheirs = error instanceof PeerError;
      if (!isTheirs) options.onFault(error);
      const status = isTheirs ? 200 : 500;
      send(res, status, encodeFailure(isTheirs ? error.message : 'the tracker failed'));
      metrics.answered('other', status);
    }
    return true;
  };
}

const NOBODY: AnnounceAnswer = {
  intervalSeconds: INTERVAL_SECONDS,
  minIntervalSeconds: MIN_INTERVAL_SECONDS,
  seeds: 0,
  leechers: 0,
  peers: [],
};

function announce(
  { tracker, proxies }: TrackerRouteOptions,
  query: string,
  req: IncomingMessage,
): Uint8Array {
  const request = parseAnnounceQuery(query);
  const { socket } = req;
  const ip = clientAddress(socket.remoteAddress, req.headers['x-forwarded-for'], proxies);
  if (ip === undefined) return encodeFailure('the address of the request is not known');
  const answer = tracker.announce(request, ip, canonicalIp(socket.localAddress ?? '') ?? '127.0.0.1');
  // The good-bye to a purged torrent is no error of the client's.
  if (!answer && request.event === 'stopped') return encodeAnnounceResponse(NOBODY, request);
  // BEP 31: a client that keeps an old torrent may stop asking (threat row 21).
  return answer ? encodeAnnounceResponse(answer, request) : encodeFailure('unknown torrent', 'never');
}

const NO_CACHE = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];

function send(res: ServerResponse, status: number, body: Uint8Array, extra: readonly string[] = []): void {
  const headers = [
    'Content-Type',
    'text/plain',
    'Content-Length',
    String(body.length),
    ...NO_CACHE,
    ...extra,
  ];
  res.writeHead(status, headers);
  // As text it leaves with the head in one plain write; as bytes in a writev of two parts, which took a third longer.
  res.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'latin1');
}
