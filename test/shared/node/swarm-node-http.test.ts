/** A swarm node with the two HTTP services it knows: its web seed and its tracker. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encode } from '../../../shared/bencode/bencode.ts';
import { dictionary } from '../../../shared/bencode/value.ts';
import { MemoryPieceStore } from '../../../shared/node/store/memory-piece-store.ts';
import { serveHttp } from '../../support/hostile-http.ts';
import { makeRandomTorrent, type RandomTorrent } from '../../support/random-torrent.ts';
import { readAll, SEED, startNode, startSeed, untilComplete } from '../../support/swarm-nodes.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { waitFor } from '../../support/wait-for.ts';

/** Serves the torrent's files as BEP 19 has them; `spoil` may change what is sent. */
async function serveWebSeed(
  torrent: () => RandomTorrent,
  spoil: (bytes: Buffer) => Buffer = (bytes) => bytes,
) {
  return await serveHttp((request, response) => {
    const { metainfo, contents } = torrent();
    const index = metainfo.files.findIndex(
      ({ name }) => request.url === `/images/${encodeURIComponent(metainfo.name)}/${name}`,
    );
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const content = contents[index];
    if (!content || !range) return response.writeHead(404).end();
    const [start, end] = [Number(range[1]), Number(range[2])];
    response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${content.length}` });
    response.end(spoil(Buffer.from(content.slice(start, end + 1))));
  });
}

describe('a swarm node and its web seed', () => {
  it('without any peer a torrent comes whole from the web seed, and is counted as from the origin', async () => {
    const directory = tempDirectory();
    const torrent = await makeRandomTorrent(directory, [300_000, 20_000, 5]);
    const { origin } = await serveWebSeed(() => torrent);
    const parts = { trustedOrigins: [origin], tunables: { webSeedIdleMs: 10 } };
    const node = await startNode(join(directory, 'b'), {}, parts);
    await node.swarm.addTorrent(torrent.metainfo, { ...SEED, webSeeds: [`${origin}/images/`] });
    await untilComplete(node, torrent.metainfo.infoHash);
    expect(node.swarm.bytes()).toMatchObject({ fromPeers: 0, fromOrigin: 320_005, verified: 320_005 });
    for (const [index, content] of torrent.contents.entries())
      expect(await readAll(node, torrent.metainfo.infoHash, index, 0, content.length)).toEqual(content);
  });

  it('the limit for what comes in holds for the web seed too', async () => {
    const torrent = await makeRandomTorrent(tempDirectory(), [600_000]);
    const { origin } = await serveWebSeed(() => torrent);
    const parts = { trustedOrigins: [origin], tunables: { webSeedIdleMs: 10 } };
    const rate = 1_000_000;
    const node = await startNode(new MemoryPieceStore(), { downRateBytesPerSecond: rate }, parts);
    const startMs = performance.now();
    await node.swarm.addTorrent(torrent.metainfo, { ...SEED, webSeeds: [`${origin}/images/`] });
    await untilComplete(node, torrent.metainfo.infoHash);
    // A lower bound holds on any machine: the limit, less what is let through at once.
    expect(performance.now() - startMs).toBeGreaterThan(((600_000 - 150_000) / rate) * 1000);
  });

  it('threat row 49: a thousand readers of one byte cost the one piece it lies in (row 41, too)', async () => {
    const torrent = await makeRandomTorrent(tempDirectory(), [300_000]);
    const { origin, requests } = await serveWebSeed(() => torrent);
    const node = await startNode(new MemoryPieceStore(), {}, { trustedOrigins: [origin] });
    await node.swarm.addTorrent(torrent.metainfo, { ...SEED, want: 'none', webSeeds: [`${origin}/images/`] });
    const { infoHash } = torrent.metainfo;
    const reads = Array.from({ length: 1000 }, () => readAll(node, infoHash, 0, 100_000, 100_001));
    const byte = torrent.contents[0]?.slice(100_000, 100_001);
    for (const read of await Promise.all(reads)) expect(read).toEqual(byte);
    expect(requests.length).toBe(1);
    expect(node.swarm.bytes().fromOrigin).toBe(16_384);
  });

  it('threat row 25: a web seed on another origin is never asked', async () => {
    const torrent = await makeRandomTorrent(tempDirectory(), [50_000]);
    const stranger = await serveWebSeed(() => torrent);
    const node = await startNode(new MemoryPieceStore(), {}, { readerPatienceMs: 300 });
    await node.swarm.addTorrent(torrent.metainfo, { ...SEED, webSeeds: [`${stranger.origin}/images/`] });
    await expect(readAll(node, torrent.metainfo.infoHash, 0, 0, 10)).rejects.toMatchObject({
      code: 'image_unavailable',
    });
    expect(stranger.requests).toEqual([]);
  });

  it('a web seed that sends wrong bytes gives nobody a wrong byte', async () => {
    const torrent = await makeRandomTorrent(tempDirectory(), [50_000]);
    const { origin, requests } = await serveWebSeed(
      () => torrent,
      (bytes) => Buffer.from(bytes.map((byte) => byte ^ 1)),
    );
    const node = await startNode(
      new MemoryPieceStore(),
      {},
      { trustedOrigins: [origin], readerPatienceMs: 500 },
    );
    await node.swarm.addTorrent(torrent.metainfo, { ...SEED, webSeeds: [`${origin}/images/`] });
    await expect(readAll(node, torrent.metainfo.infoHash, 0, 0, 10)).rejects.toMatchObject({
      code: 'image_unavailable',
    });
    expect(requests.length).toBeGreaterThan(0);
    expect(node.swarm.bytes().verified).toBe(0);
  });
});

describe('a swarm node and its tracker', () => {
  const answerWith = (port: number) =>
    encode(
      dictionary({
        interval: 1800,
        peers: Uint8Array.of(127, 0, 0, 1, port >> 8, port & 255),
      }),
    );

  it('announces itself, finds a seed there, and says when it is complete and when it stops', async () => {
    const torrent = await makeRandomTorrent(tempDirectory(), [100_000]);
    const seed = await startSeed(torrent);
    const { origin, requests } = await serveHttp((_request, response) =>
      response.end(answerWith(seed.swarm.peerPort)),
    );
    const node = await startNode(new MemoryPieceStore(), {}, { trustedOrigins: [origin] });
    await node.swarm.addTorrent(torrent.metainfo, { ...SEED, announceUrl: `${origin}/announce` });
    await untilComplete(node, torrent.metainfo.infoHash);
    await node.close();
    const asked = requests.map(({ url }) => new URLSearchParams((url ?? '').split('?')[1]));
    expect(asked.map((query) => query.get('event'))).toEqual(['started', 'completed', 'stopped']);
    expect(asked[0]?.get('left')).toBe('100000');
    expect(asked[1]?.get('left')).toBe('0');
    expect(asked[0]?.get('port')).toBe(String(node.swarm.peerPort));
  });

  it('threat row 25: announces to configured origins only, unless told otherwise', async () => {
    const torrent = await makeRandomTorrent(tempDirectory(), [1000]);
    const { origin, requests } = await serveHttp((_request, response) => response.end(answerWith(1)));
    const options = { ...SEED, announceUrl: `${origin}/announce` };
    const strict = await startNode(new MemoryPieceStore());
    await strict.swarm.addTorrent(torrent.metainfo, options);
    await strict.close();
    expect(requests).toEqual([]);
    expect(strict.lines).toContain('not announced: no trusted origin');
    const free = await startNode(new MemoryPieceStore(), {}, { announceAnywhere: true });
    await free.swarm.addTorrent(torrent.metainfo, options);
    await waitFor(() => expect(requests.length).toBe(1));
  });

  it('two dozen torrents that announce at the same moment are no leak to warn of', async () => {
    const warnings: string[] = [];
    const warned = ({ name }: Error) => void warnings.push(name);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const folder = tempDirectory();
    const { origin, requests } = await serveHttp(() => undefined);
    const node = await startNode(new MemoryPieceStore(), {}, { trustedOrigins: [origin] });
    for (let i = 0; i < 24; i++) {
      const { metainfo } = await makeRandomTorrent(folder, [1000 + i]);
      await node.swarm.addTorrent(metainfo, { ...SEED, announceUrl: `${origin}/announce` });
    }
    // As many as are asked at a time.
    await waitFor(() => expect(requests.length).toBe(16));
    expect(warnings).toEqual([]);
  });

  it('FA5: what is announced elsewhere is not asked of the tracker, until that way is gone', async () => {
    const torrent = await makeRandomTorrent(tempDirectory(), [1000]);
    const { infoHash } = torrent.metainfo;
    const { origin, requests } = await serveHttp((_request, response) => response.end(answerWith(1)));
    const taken: string[] = [];
    let isThere = true;
    const announceElsewhere = ({ event }: { event: string }) => {
      if (isThere) taken.push(event);
      return isThere;
    };
    const node = await startNode(new MemoryPieceStore(), {}, { trustedOrigins: [origin], announceElsewhere });
    await node.swarm.addTorrent(torrent.metainfo, { ...SEED, announceUrl: `${origin}/announce` });
    node.swarm.trackerPeers(infoHash, []);
    expect(taken).toEqual(['started']);
    isThere = false;
    node.swarm.announceAgain(infoHash);
    await waitFor(() => expect(requests.length).toBe(1));
    expect(requests[0]?.url).toContain('left=1000');
    isThere = true;
    await node.close();
    expect(taken).toEqual(['started', 'stopped']);
    expect(requests.length).toBe(1);
  });

  it('FA5: the gentle way over HTTP ends when the other is back', async () => {
    const folder = tempDirectory();
    const { origin, requests } = await serveHttp((_request, response) => response.end(answerWith(1)));
    let isThere = false;
    const taken: string[] = [];
    const announceElsewhere = ({ torrent }: { torrent: string }) => {
      if (isThere) taken.push(torrent);
      return isThere;
    };
    const node = await startNode(new MemoryPieceStore(), {}, { trustedOrigins: [origin], announceElsewhere });
    const hashes: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { metainfo } = await makeRandomTorrent(folder, [1000 + i]);
      hashes.push(metainfo.infoHash);
      await node.swarm.addTorrent(metainfo, { ...SEED, announceUrl: `${origin}/announce` });
    }
    await waitFor(() => expect(requests.length).toBeGreaterThanOrEqual(1));
    isThere = true;
    await waitFor(() => expect(taken.length + requests.length).toBe(5));
    expect(hashes).toEqual(expect.arrayContaining(taken));
  });

  it('a tracker that never answers does not hold up the end of the node', async () => {
    const torrent = await makeRandomTorrent(tempDirectory(), [1000]);
    const { origin } = await serveHttp(() => undefined);
    const node = await startNode(new MemoryPieceStore(), {}, { trustedOrigins: [origin] });
    await node.swarm.addTorrent(torrent.metainfo, { ...SEED, announceUrl: `${origin}/announce` });
    // Against the client's own time-out of 10 s: it is given up after 1.5 s.
    const outcome = await Promise.race([
      node.close().then(() => 'closed'),
      new Promise((resolve) => setTimeout(() => resolve('hangs'), 3000)),
    ]);
    expect(outcome).toBe('closed');
  });
});
