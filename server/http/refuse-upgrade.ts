import type { Duplex } from 'node:stream';

/** Answers an upgrade that is not taken, in plain HTTP, and hangs up. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  // node:http has let go of the socket, its listener for errors too: a client that is gone by now would end the process.
  socket.on('error', () => undefined);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
