/**
 * HTTPS: the same node:http machinery as without TLS, behind a handshake; and HTTP/2 for who chooses it by ALPN.
 * No HSTS: whether a shop's host may never be asked without TLS again is not for a node to say.
 */
import type { Http2Server } from 'node:http2';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { RequestListener } from './server.ts';
import type { TlsPair } from './tls-files.ts';

/** A handshake is two round trips; Node's default of two minutes would let a silent client hold a place. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** @param http2 takes connections that chose it; undefined: nobody is offered it */
export function createSecureServer(
  options: ServerOptions,
  pair: TlsPair,
  http2: Http2Server | undefined,
  onRequest: RequestListener,
): Server {
  const server = createServer(
    {
      ...options,
      ...pair.options,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      ALPNProtocols: http2 === undefined ? ['http/1.1'] : ['h2', 'http/1.1'],
    },
    onRequest,
  );
  if (http2 === undefined) return server;
  const [toHttp1] = server.listeners('secureConnection') as ((this: Server, socket: TLSSocket) => void)[];
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') http2.emit('connection', socket);
    else toHttp1?.call(server, socket);
  });
  return server;
}
