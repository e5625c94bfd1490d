/** GET and HEAD of /torrents/INFOHASH.torrent: what this edge has joined, read-only, as the origin gave it. */

import type { HttpMetrics } from '../../shared/node/http/http-metrics.ts';
import { NAMED_CACHING } from '../../shared/node/http/image-headers.ts';
import type { RequestHandler } from '../../shared/node/http/image-route.ts';
import { sendProblem } from '../../shared/node/http/problem-response.ts';
import { type InfoHash, parseInfoHash } from '../../shared/units.ts';

export interface TorrentRouteOptions {
  /** The .torrent of an image that is published and joined; undefined for any other. */
  torrent(infoHash: InfoHash): Promise<Uint8Array | undefined>;
  readonly metrics: HttpMetrics;
}

const PATH = /^\/torrents\/([0-9a-f]{40})\.torrent(?:\?.*)?$/;

export function createTorrentRoute(options: TorrentRouteOptions): RequestHandler {
  const { metrics } = options;
  return function torrentRoute(req, res) {
    if (req.url?.startsWith('/torrents/') !== true) return false;
    const refuse = (status: number, code: string, detail: string, extra: string[] = []) => {
      metrics.answered('other', status);
      sendProblem(res, { status, code, detail }, extra);
    };
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      refuse(405, 'method_not_allowed', 'Torrents can be read only: GET, HEAD.', ['Allow', 'GET, HEAD']);
      return true;
    }
    const infoHash = parseInfoHash(PATH.exec(req.url)?.[1] ?? '');
    const unknown = () => refuse(404, 'torrent_unknown', 'This edge has no such torrent.');
    if (infoHash === undefined) {
      unknown();
      return true;
    }
    options.torrent(infoHash).then(
      (bytes) => {
        if (bytes === undefined) {
          unknown();
          return;
        }
        metrics.answered('other', 200);
        res.writeHead(200, [
          'Content-Type',
          'application/x-bittorrent',
          'Content-Length',
          String(bytes.length),
          'X-Content-Type-Options',
          'nosniff',
          ...NAMED_CACHING,
        ]);
        res.end(bytes);
      },
      () => refuse(503, 'torrent_unavailable', 'The torrent could not be read.'),
    );
    return true;
  };
}
