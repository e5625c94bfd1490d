/** Bytes that are asked of the web seed before the torrent that they belong to is added. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { MemoryPieceStore } from '../../../shared/node/store/memory-piece-store.ts';
import { serveHttp } from '../../support/hostile-http.ts';
import { makeRandomTorrent, type RandomTorrent } from '../../support/random-torrent.ts';
import { readAll, SEED, startNode } from '../../support/swarm-nodes.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { waitFor } from '../../support/wait-for.ts';

const SIZE = 50_000;

/** A torrent of one file, a web seed that answers when told to, and a node that trusts it. */
async function made(spoil: (bytes: Buffer) => Buffer = (bytes) => bytes) {
  const torrent = await makeRandomTorrent(tempDirectory(), [SIZE]);
  const ended: string[] = [];
  const waiting: (() => void)[] = [];
  const { origin, requests } = await serveHttp((request, response) => {
    response.on('close', () => ended.push(response.writableFinished ? 'sent' : 'cut'));
    waiting.push(() => answer(torrent, request, response, spoil));
  });
  const { swarm } = await startNode(new MemoryPieceStore(), {}, { trustedOrigins: [origin] });
  const webSeeds = [`${origin}/images/`];
  const { name, files, infoHash } = torrent.metainfo;
  const file = { name: files[0]?.name as string, lengthBytes: SIZE };
  return {
    torrent,
    requests,
    ended,
    infoHash,
    file,
    askAhead: (seeds = webSeeds) => swarm.askAhead(name, file, seeds),
    add: () => swarm.addTorrent(torrent.metainfo, { ...SEED, want: 'none', webSeeds }),
    swarm,
    asked: (count: number) => waitFor(() => expect(requests.length).toBe(count)),
    answerAll: () => {
      for (const give of waiting.splice(0)) give();
    },
    read: (from = 0, to = SIZE) => readAll({ swarm } as never, infoHash, 0, from, to),
  };
}

function answer(
  { contents }: RandomTorrent,
  request: IncomingMessage,
  response: ServerResponse,
  spoil: (bytes: Buffer) => Buffer,
): void {
  const [start, end] = (/^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [])
    .slice(1)
    .map(Number) as [number, number];
  response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${SIZE}` });
  response.end(spoil(Buffer.from((contents[0] as Uint8Array).slice(start, end + 1))));
}

describe('a request to the web seed that begins before the torrent is added', () => {
  it('is the only one: what it brings, before or after, is what the reader gets', async () => {
    for (const isEarly of [true, false]) {
      const { torrent, requests, askAhead, asked, answerAll, add, read, swarm, ended } = await made();
      askAhead();
      askAhead();
      await asked(1);
      expect(requests[0]?.headers.range).toBe(`bytes=0-${SIZE - 1}`);
      if (isEarly) {
        answerAll();
        await waitFor(() => expect(ended).toEqual(['sent']));
      }
      await add();
      const reading = read();
      if (!isEarly) answerAll();
      expect(await reading).toEqual(torrent.contents[0]);
      expect(requests.length).toBe(1);
      expect(swarm.bytes()).toMatchObject({ fromOrigin: SIZE, verified: SIZE });
    }
  });

  it('gives nobody a wrong byte', async () => {
    let isSpoilt = true;
    const { torrent, requests, askAhead, asked, answerAll, add, infoHash, swarm } = await made((bytes) => {
      if (isSpoilt) bytes[20_000] = (bytes[20_000] as number) ^ 1;
      isSpoilt = false;
      return bytes;
    });
    askAhead();
    await asked(1);
    answerAll();
    await add();
    const abort = new AbortController();
    const got: Uint8Array[] = [];
    const reading = (async () => {
      for await (const bytes of swarm.readFile(infoHash, 0, 0, SIZE, abort.signal)) got.push(bytes);
    })();
    await waitFor(() => expect(Buffer.concat(got).length).toBe(16_384));
    expect(Buffer.concat(got)).toEqual(Buffer.from((torrent.contents[0] as Uint8Array).slice(0, 16_384)));
    abort.abort(new Error('seen enough'));
    await expect(reading).rejects.toThrow('seen enough');
    expect(requests.length).toBe(1);
  });

  it('is dropped when only a part of the file is missing', async () => {
    const { torrent, askAhead, asked, answerAll, add, read, ended } = await made();
    askAhead();
    await asked(1);
    await add();
    const reading = read(20_000, 21_000);
    await asked(2);
    await waitFor(() => expect(ended).toEqual(['cut']));
    answerAll();
    expect(await reading).toEqual((torrent.contents[0] as Uint8Array).slice(20_000, 21_000));
  });

  it('ends with the node, and when nobody wants it for two seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { askAhead, asked, ended, swarm } = await made();
      askAhead();
      await waitFor(() => asked(1));
      vi.advanceTimersByTime(2_000);
      await waitFor(() => expect(ended).toEqual(['cut']));
      askAhead();
      await asked(2);
      void swarm.close();
      await waitFor(() => expect(ended).toEqual(['cut', 'cut']));
    } finally {
      vi.useRealTimers();
    }
  });

  it('threat row 25: never goes to another origin than the configured one', async () => {
    const stranger = await serveHttp((_request, response) => response.end());
    const { askAhead, add, read, answerAll, asked, torrent } = await made();
    askAhead([`${stranger.origin}/images/`]);
    await add();
    const reading = read();
    await asked(1);
    answerAll();
    expect(await reading).toEqual(torrent.contents[0]);
    expect(stranger.requests).toEqual([]);
  });
});
