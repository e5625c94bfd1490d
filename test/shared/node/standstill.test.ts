/** A node whose loop is blocked on purpose, longer than its peers may take: what they sent meanwhile lies in the kernel. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { MemoryPieceStore } from '../../../shared/node/store/memory-piece-store.ts';
import { encodeBitfield, encodePiece, encodeUnchoke } from '../../../shared/wire/encode.ts';
import { makeRandomTorrent } from '../../support/random-torrent.ts';
import { standStill, timersNext } from '../../support/stand-still.ts';
import { SEED, startNode, untilComplete } from '../../support/swarm-nodes.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { waitFor } from '../../support/wait-for.ts';
import { dialPeer, WireLink } from '../../support/wire-peer.ts';

const PIECE_BYTES = 65_536;
const PIECES = 8;

/** A torrent, and a node that wants it of nobody yet. */
async function wanting(tunables = {}) {
  const torrent = await makeRandomTorrent(tempDirectory(), [PIECES * PIECE_BYTES], {
    pieceLengthBytes: PIECE_BYTES,
  });
  const node = await startNode(new MemoryPieceStore(), {}, { tunables });
  await node.swarm.addTorrent(torrent.metainfo, SEED);
  return { node, content: torrent.contents[0] as Uint8Array, infoHash: torrent.metainfo.infoHash };
}

/** Listens; the first that comes is greeted as by a seed. */
async function seed(infoHash: string) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const link = once(server, 'connection').then(([socket]) => {
    onTestFinished(() => void socket.destroy());
    return new WireLink(socket).greet(infoHash).say(encodeBitfield(Uint8Array.of(0xff)), encodeUnchoke());
  });
  return { port: (server.address() as AddressInfo).port, link };
}

test('AW1: a peer whose blocks came while the node stood still is not snubbed: no request is taken from it', async () => {
  const { node, content, infoHash } = await wanting();
  const { port, link: linking } = await seed(infoHash);
  node.swarm.addPeers(infoHash, [{ ip: '127.0.0.1', port }]);
  const link = await linking;
  const requests = () => link.heard.filter((message) => message.type === 'request');
  let answered = 0;
  const answer = (count: number) => {
    for (const { piece, beginBytes, lengthBytes } of requests().slice(answered, answered + count)) {
      const startBytes = piece * PIECE_BYTES + beginBytes;
      link.say(encodePiece(piece, beginBytes, content.subarray(startBytes, startBytes + lengthBytes)));
      answered++;
    }
  };
  // One block: then the node knows how long this peer takes, and waits for a second and a half at most.
  await waitFor(() => expect(requests().length).toBeGreaterThan(0));
  const before = requests().length;
  answer(1);
  await waitFor(() => expect(requests().length).toBeGreaterThan(before));
  await timersNext();
  answer(requests().length);
  standStill(2_500);
  link.onMessage = () => answer(requests().length);
  await untilComplete(node, infoHash);
  expect(link.has('cancel')).toBe(false);
  expect(requests().length, 'each block was asked for once').toBe((PIECES * PIECE_BYTES) / 16_384);
});

test('AW1: a peer whose handshake came while the node stood still is linked', async () => {
  const { node, infoHash } = await wanting({ handshakeTimeoutMs: 1_500 });
  const link = await dialPeer(node.swarm.peerPort);
  await waitFor(() => expect(node.swarm.figures().links).toBe(1));
  await timersNext();
  link.greet(infoHash);
  standStill(2_500);
  await link.greeted;
  await waitFor(() => expect(node.swarm.peers()).toBe(1));
});
