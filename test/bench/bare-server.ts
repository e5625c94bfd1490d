/**
 * The peer of the edge's bench: the least that node:http can do for so many bytes. Argument: the body's length.
 * Tells its port over IPC and ends with its parent.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const content = randomBytes(Number(process.argv[2]));
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Length': content.length });
  response.end(content);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
