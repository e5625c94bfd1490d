/** Hostile peers on the wire of a real origin and of real edges. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Image } from '../../shared/api-types/catalog.ts';
import type { Metainfo } from '../../shared/metainfo/metainfo.ts';
import { parseMetainfo } from '../../shared/metainfo/parse.ts';
import { nodeHashes } from '../../shared/node/hashing/node-hashes.ts';
import { BLOCK_BYTES, type PieceIndex } from '../../shared/units.ts';
import { encodeInterested, encodePiece, encodeRequest } from '../../shared/wire/encode.ts';
import { encodeHandshake } from '../../shared/wire/handshake.ts';
import { eventually, Fleet, PROJECT, type RunningNode } from '../support/fleet.ts';
import { expectServed } from '../support/published.ts';
import { besiege } from '../support/siege.ts';
import { dialPeer, SeedPeer, type WireLink } from '../support/wire-peer.ts';

const photo = async (name: string) =>
  new Uint8Array(await readFile(path.join(PROJECT, `server/demo/photos/${name}.jpg`)));

const isComplete = (edge: RunningNode, images: number) =>
  eventually(`${edge.url} is complete`, async () => (await edge.status()).images.complete === images);

async function metainfoOf(image: Image): Promise<Metainfo> {
  const response = await fetch(image.torrent);
  return parseMetainfo(new Uint8Array(await response.arrayBuffer()), nodeHashes);
}

/** Peer ids that a node says it has banned. */
const bannedBy = (node: RunningNode): string[] =>
  node
    .output()
    .split('\n')
    .flatMap((line) =>
      line.includes('"msg":"a node was banned"') ? [(JSON.parse(line) as { peerId: string }).peerId] : [],
    );

describe('threat row 3: two liars of eight, real sockets', () => {
  const fleet = new Fleet();
  const closers: (() => unknown)[] = [];
  afterAll(async () => {
    await fleet.close();
    for (const close of closers) await close();
  });

  /** What a seed on the wire sends: the content, and zeros behind the end of each file (BEP 47). */
  async function contentOf(image: Image, metainfo: Metainfo) {
    const files = new Map<string, Uint8Array>();
    for (const { name } of image.renditions) {
      const response = await fetch(`${fleet.origin.url}/images/${image.id}/${name}`);
      files.set(name, new Uint8Array(await response.arrayBuffer()));
    }
    const { pieceLengthBytes } = metainfo.geometry;
    const padded = metainfo.files.map((file) => {
      const pieces = Math.ceil(file.lengthBytes / pieceLengthBytes);
      const bytes = new Uint8Array(pieces * pieceLengthBytes);
      bytes.set(files.get(file.name) as Uint8Array);
      return bytes;
    });
    const all = Buffer.concat(padded);
    return (piece: number, beginBytes: number, lengthBytes: number) => {
      const from = piece * pieceLengthBytes + beginBytes;
      return Uint8Array.from(all.subarray(from, from + lengthBytes));
    };
  }

  it('the edge completes with right bytes; the liars are banned on every torrent, the honest are not', async () => {
    // So slow that the edge has to take nearly all from the eight; the web seed waits for peers that give nothing.
    await fleet.startOrigin({ flags: ['--up-rate', '60000'] });
    const product = await fleet.createProduct('Stream');
    const image = await fleet.upload(product, await photo('stream'));
    const metainfo = await metainfoOf(image);
    const honestBlock = await contentOf(image, metainfo);
    const wrongBlock: typeof honestBlock = (piece, beginBytes, lengthBytes) => {
      const block = honestBlock(piece, beginBytes, lengthBytes);
      block[0] = (block[0] as number) ^ 1;
      return block;
    };
    const peers = Array.from({ length: 8 }, (_, i) => {
      const isLiar = i < 2;
      const block = isLiar ? wrongBlock : honestBlock;
      const { infoHash } = image;
      return new SeedPeer(`127.0.0.${10 + i}`, infoHash, metainfo.geometry, block, isLiar ? 0 : 20);
    });
    closers.push(...peers.map((peer) => () => peer.close()));
    for (const peer of peers) await peer.announce(fleet.origin.url, await peer.listen());
    // The tracker hands out no stranger whose address it has not dialled.
    await eventually('the tracker has looked at all', () => peers.every(({ links }) => links.length > 0));

    const edge = await fleet.startEdge({ name: 'victim' });
    await isComplete(edge, 1);
    await expectServed(edge.url, image);
    const liars = peers.slice(0, 2);
    expect(liars.map(({ sent }) => sent > 0)).toEqual([true, true]);
    await eventually('both are banned', () => bannedBy(edge).length >= 2);
    expect(bannedBy(edge).sort()).toEqual(liars.map(({ peerId }) => peerId as string).sort());

    const second = await fleet.upload(product, await photo('bowl'));
    const isWelcome = async (peer: SeedPeer, infoHash: string): Promise<boolean> => {
      const link = await dialPeer(edge.peerPort, peer.ip);
      link.greet(infoHash, peer.peerId, true);
      const answer = await Promise.race([link.greeted.then(() => true), link.closed.then(() => false)]);
      link.socket.destroy();
      return answer;
    };
    for (const { infoHash } of [image, second]) {
      // The edge joins the second one a moment after it is published.
      for (const peer of peers.slice(2))
        await eventually('honest peers are welcome', () => isWelcome(peer, infoHash));
      for (const peer of liars) expect(await isWelcome(peer, infoHash)).toBe(false);
    }
    expect(bannedBy(edge)).toHaveLength(2);
  });
});

describe('on the wire of a real origin and a real edge', () => {
  const fleet = new Fleet();
  const nodes: RunningNode[] = [];
  const open: { destroy(): void }[] = [];
  let image: Image;
  let metainfo: Metainfo;
  let product: string;

  beforeAll(async () => {
    nodes.push(await fleet.startOrigin());
    product = await fleet.createProduct('Bowl');
    image = await fleet.upload(product, await photo('bowl'));
    metainfo = await metainfoOf(image);
    nodes.push(await fleet.startEdge({ name: 'edge' }));
    await isComplete(nodes[1] as RunningNode, 1);
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
  });
  afterAll(() => fleet.close());

  async function dial(node: RunningNode): Promise<WireLink> {
    const link = await dialPeer(node.peerPort);
    open.push(link.socket);
    return link;
  }

  /** Greeted, and it stands. */
  async function linked(node: RunningNode): Promise<WireLink> {
    const link = (await dial(node)).greet(image.infoHash);
    await link.greeted;
    return link;
  }

  /** The node is none the worse: the next peer gets a block, right to the byte, over the wire. */
  async function expectWell(node: RunningNode): Promise<void> {
    const link = await linked(node);
    link.say(encodeInterested());
    const told = () => link.heard.find(({ type }) => type === 'have' || type === 'bitfield');
    await eventually('unchoked and told of a piece', () => link.has('unchoke') && told() !== undefined);
    const first = told();
    const piece = first?.type === 'have' ? first.piece : 0;
    const lengthBytes = metainfo.geometry.contentLength(piece as PieceIndex);
    link.say(encodeRequest({ piece, beginBytes: 0, lengthBytes }));
    await eventually('the block comes', () => link.has('piece'));
    const block = link.heard.find((message) => message.type === 'piece');
    const { sha1 } = nodeHashes;
    const padded = new Uint8Array(metainfo.geometry.paddedLength(piece as PieceIndex));
    if (block?.type === 'piece') padded.set(block.block);
    const wanted = metainfo.pieceHashesV1.subarray(20 * piece, 20 * piece + 20);
    expect(Buffer.compare(sha1(padded), wanted)).toBe(0);
    link.socket.destroy();
    expect(node.output()).not.toMatch(/"level":"(error|fatal)"/);
  }

  /** On each node, at once. */
  const onEach = (test: (node: RunningNode) => Promise<void>) => async (): Promise<void> => {
    const both = nodes.map(async (node) => {
      await test(node);
      await expectWell(node);
    });
    await Promise.all(both);
  };

  const garbage: Record<string, Uint8Array> = {
    'an HTTP request': Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    'a TLS hello': Buffer.from('1603010200010001fc0303', 'hex'),
    zeros: new Uint8Array(4096),
    'a megabyte of noise': Buffer.alloc(1 << 20, 'noise'),
    'nearly the protocol': Buffer.from('\x13BitTorrent protocoL', 'latin1'),
  };
  it.each(Object.entries(garbage))(
    'a garbage handshake is closed at once, without an answer: %s',
    (_name, bytes) =>
      onEach(async (node) => {
        const link = await dial(node);
        link.say(bytes);
        await link.closed;
        expect(link.socket.bytesRead).toBe(0);
      })(),
  );

  it(
    'an unknown info-hash is closed without an answer',
    onEach(async (node) => {
      const link = (await dial(node)).greet('ab'.repeat(20));
      await link.closed;
      expect(link.socket.bytesRead).toBe(0);
    }),
  );

  it.each([
    ['a length prefix of 4 GiB', Uint8Array.of(255, 255, 255, 255, 20)],
    ['a block of a megabyte', Uint8Array.of(0, 16, 0, 9, 7)],
    ['a have of six bytes', Uint8Array.of(0, 0, 0, 6, 4, 0, 0, 0, 0, 0)],
    ['a bitfield longer than the torrent', Uint8Array.of(0, 1, 0, 0, 5)],
  ])('a message that is too long is closed before it is read: %s', (_name, bytes) =>
    onEach(async (node) => {
      const link = await linked(node);
      link.say(bytes);
      await link.closed;
    })(),
  );

  it.each([
    ['a piece that is none', { piece: 0xffff_ffff, beginBytes: 0, lengthBytes: BLOCK_BYTES }],
    ['behind the end of a piece', { piece: 0, beginBytes: 0xffff_0000, lengthBytes: BLOCK_BYTES }],
    ['more than a block', { piece: 0, beginBytes: 0, lengthBytes: BLOCK_BYTES + 1 }],
    ['2 GiB', { piece: 0, beginBytes: 0, lengthBytes: 0x7fff_ffff }],
    ['nothing', { piece: 0, beginBytes: 0, lengthBytes: 0 }],
  ])('a request outside a piece ends the link: %s', (_name, block) =>
    onEach(async (node) => {
      const link = await linked(node);
      link.say(encodeInterested(), encodeRequest(block));
      await link.closed;
      expect(link.has('piece')).toBe(false);
    })(),
  );

  it(
    'a block that nobody asked for ends the link and is not kept',
    onEach(async (node) => {
      const before = (await node.status()).bytes;
      const link = await linked(node);
      link.say(encodePiece(0, 0, new Uint8Array(BLOCK_BYTES)));
      await link.closed;
      expect((await node.status()).bytes).toMatchObject({
        verified: before.verified,
        fromPeers: before.fromPeers,
      });
      await expectServed(node.url, image);
    }),
  );

  it('threat row 14: a handshake drop by drop is closed after ten seconds', { timeout: 20_000 }, () =>
    onEach(async (node) => {
      const link = await dial(node);
      const { peerId } = await node.status();
      const bytes = encodeHandshake({
        infoHash: metainfo.infoHash,
        peerId,
        fast: true,
        extended: true,
        v2: false,
      });
      let at = 0;
      // 68 bytes at this pace take half a minute.
      const drip = setInterval(() => link.say(bytes.subarray(at, ++at)), 500);
      const silent = await dial(node);
      await Promise.all([link.closed, silent.closed]);
      clearInterval(drip);
      expect([link.socket.bytesRead, at < bytes.length]).toEqual([0, true]);
    })(),
  );

  it('threat row 14: 5,000 idle sockets: a fleet edge still links and completes what is published then', async () => {
    const attacked = nodes.map(({ peerPort }) => peerPort);
    const siege = await besiege(5_000, attacked);
    open.push(siege);
    const edge = await fleet.startEdge({ name: 'newcomer' });
    await isComplete(edge, 1);
    // A busy machine may be so slow to link that the web seed gives the first one. Linked, it waits for half a minute.
    await eventually('the newcomer is linked', async () => (await edge.status()).peers > 0);
    const before = (await edge.status()).bytes;
    const second = await fleet.upload(product, await photo('dandelion'));
    await Promise.all([isComplete(edge, 2), isComplete(nodes[1] as RunningNode, 2)]);
    await expectServed(edge.url, second);
    // Over links, not by the web seed, which would hide that there were none.
    const { fromOrigin, fromPeers } = (await edge.status()).bytes;
    expect(fromOrigin).toBe(before.fromOrigin);
    expect(fromPeers).toBeGreaterThan(before.fromPeers);
    // As many as the nodes take from strangers; who was closed after ten seconds has come again.
    await eventually('the sockets stand', () => siege.standing() > 400);
    expect(nodes.map((node) => node.output()).join('')).not.toMatch(/"level":"(error|fatal)"/);
  });
});
