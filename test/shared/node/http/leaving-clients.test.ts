/** Clients that leave in the middle: what was begun for them ends. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { describe, expect, test } from 'vitest';
import { readToEnd } from '../../../support/http-client.ts';
import { waitFor } from '../../../support/wait-for.ts';
import { memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const NAME = '1280.jpg';
const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
const GET = (url: string) => `GET ${url} HTTP/1.1\r\nHost: a\r\n\r\n`;

describe('clients that go away', () => {
  test.each([0, 3])(
    'an abort while the source is late ends its read (after %i blocks)',
    async (blocksBeforeFault) => {
      const { dial, source, logged } = await serveImages();
      Object.assign(source, { mode: 'swarm', fault: 'stall', blocksBeforeFault });
      const socket = await dial();
      socket.write(GET(source.rendition(NAME).url));
      if (blocksBeforeFault > 0) await once(socket, 'data');
      await waitFor(() => expect(source.reads.length).toBe(1));
      socket.destroy();
      await waitFor(() => expect(source.reads[0]).toMatchObject({ ended: true, aborted: true }));
      expect(logged).toEqual([]);
    },
  );

  test('an abort while open is pending never begins a read', async () => {
    const { dial, source, server } = await serveImages();
    let give: (() => void) | undefined;
    const body = source.open;
    source.mode = 'swarm';
    source.open = (image, rendition) =>
      new Promise((resolve) => {
        give = () => resolve(body(image, rendition));
      });
    const socket = await dial();
    socket.write(GET(source.rendition(NAME).url));
    await waitFor(() => expect(give).toBeDefined());
    socket.resetAndDestroy();
    await waitFor(async () => expect(await connectionsOf(server.server)).toBe(0));
    give?.();
    // What would begin the read runs in the turns right after.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(source.reads).toEqual([]);
  });

  // Node's default, kept: a browser that cancels closes its side, and only so is it noticed while the swarm is late.
  test('a half-closed client has gone: its read ends and what it got is right', async () => {
    const { dial, source } = await serveImages();
    Object.assign(source, { mode: 'swarm', fault: 'stall', blocksBeforeFault: 2 });
    const socket = await dial();
    const text = readToEnd(socket);
    socket.end(GET(source.rendition(NAME).url));
    const answer = await text;
    const expected = Buffer.from(source.bytes.get(NAME)!).toString('latin1');
    expect(expected.startsWith(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toBe(true);
    await waitFor(() => expect(source.reads.every(({ ended }) => ended)).toBe(true));
  });

  test('a half-closed client gets a warm answer whole', async () => {
    const { dial, source } = await serveImages();
    const socket = await dial();
    const text = readToEnd(socket);
    socket.end(GET(source.rendition('320.avif').url));
    expect((await text).endsWith(Buffer.from(source.bytes.get('320.avif')!).toString('latin1'))).toBe(true);
  });

  test('a hundred aborted cold answers leave no open read', async () => {
    const { dial, source } = await serveImages();
    Object.assign(source, { mode: 'swarm', fault: 'stall', blocksBeforeFault: 2 });
    const sockets = await Promise.all(Array.from({ length: 100 }, dial));
    for (const socket of sockets) socket.write(GET(source.rendition(NAME).url));
    await waitFor(() => expect(source.reads.length).toBe(100));
    for (const socket of sockets) socket.destroy();
    await waitFor(() => expect(source.reads.every(({ ended }) => ended)).toBe(true));
  });

  test('during HEAD, before the source fails: nothing breaks', async () => {
    const { dial, source, ask, server } = await serveImages();
    const open = source.open;
    let fail: (() => void) | undefined;
    source.open = () =>
      new Promise((_resolve, reject) => {
        fail = () => reject(new Error('too late'));
      });
    const socket = await dial();
    socket.write(`HEAD ${source.rendition(NAME).url} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await waitFor(() => expect(fail).toBeDefined());
    socket.resetAndDestroy();
    await waitFor(async () => expect(await connectionsOf(server.server)).toBe(0));
    fail?.();
    source.open = open;
    expect((await ask(`/${NAME}`)).status).toBe(200);
  });

  test('between requests in a row: the reads of all of them end', async () => {
    const { dial, source } = await serveImages();
    Object.assign(source, { mode: 'swarm', fault: 'stall', blocksBeforeFault: 1 });
    const socket = await dial();
    socket.write(GET(source.rendition(NAME).url).repeat(5));
    await once(socket, 'data');
    socket.resetAndDestroy();
    await waitFor(() =>
      expect(source.reads.length > 0 && source.reads.every(({ ended }) => ended)).toBe(true),
    );
  });

  test('with a full socket, the source held back: its read ends', async () => {
    const source = memorySource({ 640: 24 * 2 ** 20 });
    const { dial } = await serveImages(source);
    source.mode = 'disk';
    const socket = await dial();
    socket.pause();
    socket.write(GET(source.rendition('640.jpg').url));
    await waitFor(() => expect(source.reads.length).toBe(1));
    socket.resetAndDestroy();
    await waitFor(() => expect(source.reads[0]).toMatchObject({ ended: true, aborted: true }));
  });
});
