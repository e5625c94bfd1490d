/** A relay with two nodes, and what is said between them, for tests. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import { Network } from '../nodes/addresses.ts';
import { type LinkShape, UNSHAPED } from './link-shape.ts';
import { Relay } from './relay.ts';

const PEER_PORT = 6881;
const HTTP_PORT = 8080;

/** The second node serves what `answer` makes of each connection; undefined: it does not listen. */
export async function relayPair(a: LinkShape, b: LinkShape, answer?: (socket: Socket) => void) {
  const network = await Network.take();
  onTestFinished(() => network.release());
  if (answer) {
    const server = await listening(network.innerIp(1), answer);
    onTestFinished(() => void server.close());
  }
  const nodes = [a, b].map((link, node) => ({
    innerIp: network.innerIp(node),
    outerIp: network.outerIp(node),
    link,
  }));
  const { shopperIp } = network;
  const ports = { httpPort: HTTP_PORT, peerPort: PEER_PORT };
  const relay = new Relay({ nodes, shopperIp, shopper: UNSHAPED, ...ports, random: seededRandom(1) });
  onTestFinished(() => relay.close());
  await relay.listen();
  const dial = (from: string): Socket => {
    const where = { host: network.outerIp(1), port: PEER_PORT, localAddress: from };
    const socket = connect({ ...where, noDelay: true });
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  return { network, relay, dial };
}

async function listening(host: string, answer: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    answer(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port: PEER_PORT }, resolve);
  });
  return server;
}
