/** A peer on loopback that answers the handshake of any torrent, and says nothing else: what a tracker dials back. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { PeerId } from '../../../shared/units.ts';
import { encodeHandshake, HandshakeReader } from '../../../shared/wire/handshake.ts';

export interface GreetingPeer {
  readonly port: number;
  close(): void;
}

export async function greetingPeer(host: string, peerId: PeerId): Promise<GreetingPeer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const reader = new HandshakeReader();
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const asked = reader.feed(bytes)?.handshake;
      if (asked) socket.write(encodeHandshake({ ...asked, peerId }));
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, close };
}
