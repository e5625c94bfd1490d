/**
 * The tracker over HTTP: a real origin with one torrent and sixty seeds that can be reached, each at an address of its
 * own, beside a bare node:http server that answers as many bytes. A client that is in the swarm announces again and
 * again over kept connections and is told of fifty peers.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { START_MS } from '../../shared/node/process/compile-later.ts';
import { eventually, Fleet, PROJECT } from '../support/fleet.ts';
import { askInTurns } from './load-rounds.ts';
import type { Row } from './row.ts';
import { forkSibling, startBare } from './warm-peers.ts';

const PHOTO = 'server/demo/photos/stream.jpg';
const SEEDS = 60;
const PEERS_ASKED = 50;
const COMPACT_PEER_BYTES = 6;
/** docs/benchmarks.md: a fifth of what a busy public tracker answers; a fleet's edges announce over their feeds. */
const MARK_PER_SECOND = 15_000;

export async function trackerRows(): Promise<Row[]> {
  const fleet = new Fleet();
  const load = forkSibling('http-load', []);
  const seeds = await listen();
  try {
    const origin = await fleet.startOrigin();
    const photo = new Uint8Array(await readFile(path.join(PROJECT, PHOTO)));
    const { infoHash } = await fleet.upload(await fleet.createProduct('bench'), photo);
    const { port } = seeds.address() as AddressInfo;
    for (let seed = 1; seed <= SEEDS; seed++)
      await ask(origin.url, announce(infoHash, seed, port, 0), `127.0.1.${seed}`);
    const asked = announce(infoHash, 0, port, 1);
    let bodyBytes = 0;
    await eventually('fifty peers are known', async () => {
      bodyBytes = (await ask(origin.url, asked, '127.0.0.1')).length;
      return bodyBytes > PEERS_ASKED * COMPACT_PEER_BYTES;
    });
    // Before, it puts off making machine code.
    await setTimeout(START_MS);
    const bare = await startBare(bodyBytes);
    const tracker = { port: Number(new URL(origin.url).port), path: asked };
    const sides = await askInTurns(load, { bare, tracker }, bodyBytes);
    await bare.close();
    return [rowOf(sides.tracker.requestsPerSecond, sides.bare.requestsPerSecond)];
  } finally {
    load.kill();
    seeds.close();
    await fleet.close();
  }
}

function rowOf(ours: number, bare: number): Row {
  const rates = `${ours.toFixed(0)}/s beside ${bare.toFixed(0)}/s`;
  return {
    what: `tracker, HTTP announces that are told of ${PEERS_ASKED} peers, one process beside bare node:http`,
    measured: `${(ours / bare).toFixed(2)} (${rates})`,
    mark: `at least ${MARK_PER_SECOND.toLocaleString('en')}/s`,
    isMet: ours >= MARK_PER_SECOND,
  };
}

/** All seeds: whoever says a handshake hears it back. */
async function listen(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  server.listen(0);
  await once(server, 'listening');
  return server;
}

function announce(infoHash: string, peer: number, port: number, leftBytes: number): string {
  const hash = infoHash.replace(/../g, '%$&');
  const peerId = `-BN0001-${String(peer).padStart(12, '0')}`;
  const counts = `uploaded=0&downloaded=0&left=${leftBytes}`;
  return `/announce?info_hash=${hash}&peer_id=${peerId}&port=${port}&${counts}&numwant=${PEERS_ASKED}&compact=1`;
}

async function ask(origin: string, target: string, localAddress: string): Promise<Uint8Array> {
  const [response] = await once(get(origin + target, { localAddress, agent: false }), 'response');
  return Buffer.concat(await response.toArray());
}
