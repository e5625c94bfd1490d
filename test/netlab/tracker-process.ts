/**
 * A tracker for stock clients, on the seed's host: `tracker-process IP PORT`. It answers every torrent with all who
 * announced it, as a tracker of 50 peers or fewer does.
 */
import { createServer } from 'node:http';
import { parseAnnounceQuery } from '../../shared/tracker/announce-query.ts';
import { compactPeer } from '../../shared/tracker/compact.ts';
import {
  type AnswerPeer,
  encodeAnnounceResponse,
  encodeFailure,
} from '../../shared/tracker/encode-response.ts';
import type { InfoHash } from '../../shared/units.ts';

interface Member extends AnswerPeer {
  readonly isSeed: boolean;
}

const [host, port] = process.argv.slice(2) as [string, string];
const swarms = new Map<InfoHash, Map<string, Member>>();

function announce(query: string, ip: string): Uint8Array {
  const request = parseAnnounceQuery(query);
  const { infoHash, peerId, leftBytes } = request;
  const swarm = swarms.get(infoHash) ?? new Map<string, Member>();
  swarms.set(infoHash, swarm);
  const address = { ip, port: request.port };
  const key = `${ip}:${request.port}`;
  const others = [...swarm].filter(([other]) => other !== key).map(([, member]) => member);
  if (request.event === 'stopped') swarm.delete(key);
  else {
    const compact = compactPeer(ip, request.port);
    if (compact) swarm.set(key, { ...address, peerId, compact, isSeed: leftBytes === 0 });
  }
  const seeds = others.filter(({ isSeed }) => isSeed).length;
  const answer = {
    intervalSeconds: 1_800,
    minIntervalSeconds: 900,
    seeds,
    leechers: others.length - seeds,
    peers: others.slice(0, request.numWant),
  };
  return encodeAnnounceResponse(answer, request);
}

createServer((request, response) => {
  const url = request.url ?? '';
  const ip = request.socket.remoteAddress ?? '';
  try {
    response.end(announce(url.slice(url.indexOf('?') + 1), ip));
  } catch (error) {
    response.end(encodeFailure(String(error)));
  }
}).listen(Number(port), host);
