/** An origin that is asked for the piece hashes of many sets at once: rules FH1 to FH3 of docs/PROTOCOL.md. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Catalog } from '../../../server/catalog/catalog-api.ts';
import { EdgeRegistry } from '../../../server/feed/edge-registry.ts';
import { type FeedCatalog, FeedServer } from '../../../server/feed/feed-server.ts';
import { HashAnswers, MAX_WANTED_SETS, WantedHashes } from '../../../server/feed/hash-answers.ts';
import { trustedProxies } from '../../../server/tracker/client-address.ts';
import type { FeedServerFrame } from '../../../shared/api-types/feed.ts';
import { toHex } from '../../../shared/bytes.ts';
import { encodeClientFrame } from '../../../shared/feed/client-frame.ts';
import { numbersIn } from '../../../shared/feed/number-ranges.ts';
import { parseServerFrame } from '../../../shared/feed/server-frame.ts';
import { EMPTY_LOG_HASH, type Signed } from '../../../shared/log/entry.ts';
import { makeMetainfo } from '../../../shared/metainfo/make.ts';
import { encodePieceHashes } from '../../../shared/metainfo/piece-hashes.ts';
import { inflateFrame } from '../../../shared/node/feed-deflate.ts';
import { nodeHashes } from '../../../shared/node/hashing/node-hashes.ts';
import type { InfoHash, PeerId } from '../../../shared/units.ts';
import { plainHashFile } from '../../shared/metainfo/torrent-fixture.ts';
import { catalogFixture } from '../support/catalog-fixture.ts';

type HashesFrame = Extract<FeedServerFrame, { type: 'hashes' }>;

/** Some 1,000 pieces: two of them fill a frame. */
const LARGE = makeMetainfo(
  {
    name: 'large',
    files: [plainHashFile('photo', new Uint8Array(16 * 1_048_576 - 1), 16_384)],
    pieceLengthBytes: 16_384,
    announce: undefined,
    webSeeds: [],
    createdBy: undefined,
  },
  nodeHashes,
);
const LARGE_HASHES = toHex(encodePieceHashes(LARGE));

/** The catalog as it is, but every torrent is the large one. */
const withLargeTorrents = (catalog: Catalog, beforeEach: () => Promise<void>): FeedCatalog => ({
  rootKey: catalog.rootKey,
  head: () => catalog.head(),
  hashOfEntry: (number) => catalog.hashOfEntry(number),
  entriesAfter: (number, limit) => catalog.entriesAfter(number, limit),
  signHead: (timeMs, validMs) => catalog.signHead(timeMs, validMs),
  onAppend: (listener) => catalog.onAppend(listener),
  torrent: async (infoHash) => {
    await beforeEach();
    return (await catalog.torrent(infoHash)) ? LARGE.bytes : undefined;
  },
});

async function feedOf(sets: number, beforeEach = async () => {}) {
  const fixture = await catalogFixture();
  for (let number = 0; number < sets; number++) await fixture.publish(`image ${number}`);
  const errors: unknown[] = [];
  const feed = new FeedServer({
    catalog: withLargeTorrents(fixture.catalog, beforeEach),
    registry: new EdgeRegistry(),
    peer: { peerId: 'aa'.repeat(20) as PeerId, port: 6881, advertiseIp: undefined },
    publicUrl: () => 'http://origin.test',
    fleetToken: undefined,
    proxies: trustedProxies([]) ?? { trusts: () => false },
    onError: (error) => errors.push(error),
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => feed.handleUpgrade(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await feed.close();
    server.close();
    await fixture.remove();
    expect(errors).toEqual([]);
  });
  return { fixture, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed` };
}

/** A socket that has said hello and has the whole log, or nothing yet; frames come in order. */
async function edge(url: string) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const frames: FeedServerFrame[] = [];
  let changed = (): void => {};
  socket.on('message', (data, isBinary) => {
    frames.push(parseServerFrame(isBinary ? inflateFrame(data as Buffer, 2 ** 20) : String(data)));
    changed();
  });
  await once(socket, 'open');
  onTestFinished(() => socket.terminate());
  const say = (frame: Parameters<typeof encodeClientFrame>[0]) => socket.send(encodeClientFrame(frame));
  say({
    type: 'hello',
    version: 1,
    name: 'edge',
    peerId: '11'.repeat(20) as PeerId,
    peerPort: 1,
    advertiseIp: null,
    publicUrl: null,
    httpPort: 1,
    head: { number: 0, hash: EMPTY_LOG_HASH },
    pieceHashes: false,
    fleetToken: null,
  });
  const until = async (isThere: () => boolean) => {
    while (!isThere())
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
  };
  await until(() => frames.some(({ type }) => type === 'welcome'));
  const answers = () => frames.filter((frame): frame is HashesFrame => frame.type === 'hashes');
  const named = () => answers().flatMap(({ sets }) => [...numbersIn(sets, 1_000)]);
  return { say, frames, until, answers, named };
}

describe('piece hashes of many sets', () => {
  test('FH2: come in frames of 256 KiB, in the order of the numbers; of what is purged, none do', async () => {
    const { fixture, url } = await feedOf(8);
    const head = fixture.catalog.head().number;
    // Entry 1 is the log's key.
    const images = [...fixture.catalog.images()];
    await fixture.catalog.purgeImages([images[2]!.id]);
    const { say, until, answers, named } = await edge(url);
    say({ type: 'wantHashes', sets: [2, head, head + 500, head + 900] });
    await until(() => named().length === 8);
    expect(named()).toEqual(images.map(({ entryNumber }) => entryNumber));
    expect(answers().map(({ pieceHashes }) => pieceHashes.length)).toEqual([2, 2, 2, 1]);
    const sets = answers().flatMap(({ pieceHashes }) => pieceHashes);
    expect(sets.map(({ infoHash }) => infoHash)).toEqual(
      images.filter((_, at) => at !== 2).map(({ infoHash }) => infoHash),
    );
    expect(sets.every(({ hashes }) => hashes === LARGE_HASHES)).toBe(true);
  });

  test('FH3: an entry that is published meanwhile waits for one of them, not for all', async () => {
    let calls = 0;
    let reached = (): void => {};
    let goOn = (): void => {};
    const tenth = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const published = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const { fixture, url } = await feedOf(24, async () => {
      if (++calls !== 10) return;
      reached();
      await published;
    });
    const { say, frames, until, named } = await edge(url);
    await until(() => frames.some(({ type }) => type === 'entries'));
    say({ type: 'wantHashes', sets: [2, 25] });
    await tenth;
    await until(() => named().length === 8);
    await fixture.publish('news');
    const before = frames.length;
    goOn();
    await until(() => named().length === 24);
    const after = frames.slice(before).map(({ type }) => type);
    expect(after.slice(0, 3)).toEqual(['hashes', 'entries', 'hashes']);
  });
});

describe('what one edge waits for', () => {
  test('FH1: a set that is asked twice is answered once; what is no entry is not waited for', () => {
    const wanted = new WantedHashes();
    expect(wanted.add([1, 3, 9, 9], 9)).toBe(true);
    expect(wanted.add([2, 2, 10, Number.MAX_SAFE_INTEGER], 9)).toBe(true);
    expect(wanted.next()).toEqual([1, 2, 3, 9]);
    wanted.done([1, 2, 3, 9]);
    expect(wanted.isEmpty).toBe(true);
  });

  test('FH1: more than a thousand sets at a time are too many', () => {
    const wanted = new WantedHashes();
    expect(wanted.add([1, MAX_WANTED_SETS], 5_000)).toBe(true);
    expect(wanted.add([1, MAX_WANTED_SETS], 5_000)).toBe(true);
    expect(wanted.add([MAX_WANTED_SETS + 1, MAX_WANTED_SETS + 1], 5_000)).toBe(false);
  });

  test('FH2: a herd that asks for the same sets has them read once', async () => {
    let reads = 0;
    const signed = (number: number): Signed => ({ body: String(number), signature: '' });
    const answers = new HashAnswers(
      async (after) => [signed(after + 1)],
      async ({ body }) => {
        reads++;
        return { infoHash: body.padStart(40, '0') as InfoHash, hashes: 'ab' };
      },
    );
    const herd = await Promise.all(Array.from({ length: 50 }, () => answers.answer([1, 2, 3])));
    for (const { numbers } of herd) expect(numbers).toEqual([1, 2, 3]);
    expect((await answers.answer([1, 2, 3])).numbers).toEqual([1, 2, 3]);
    expect(reads).toBe(3);
  });
});
