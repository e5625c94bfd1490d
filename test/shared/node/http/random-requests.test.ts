/** Threat row 47, at random: whatever comes, the server gives a status or ends the connection, and lives on. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { type Random, seededRandom } from '../../../../shared/random.ts';
import { readToEnd } from '../../../support/http-client.ts';
import { jumble, pick } from '../../http/random-inputs.ts';
import { memorySource } from './memory-source.ts';
import { serveImages } from './serve.ts';

const { url } = memorySource().rendition('320.avif');
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PURGE', 'CONNECT', 'TRACE', 'PRI', 'get', ''];
const TARGETS = [
  url,
  `${url}?w=1`,
  url.slice(0, 32),
  `${url}/../x`,
  '*',
  '/healthz',
  `http://h${url}`,
  '//',
  '',
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', ''];
const PIECES = [
  'Host: a',
  'Host: b',
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: x',
  'Range: bytes=0-4',
  'Range: bytes=0-1,5-9,-3',
  'Range: bytes=9999999-',
  'If-None-Match: *',
  'If-Match: "x"',
  'If-Range: "x"',
  'Accept: image/avif;q=1.2,*/*',
  'Connection: keep-alive',
  'Connection: close',
  'Connection: upgrade',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'Expect: x',
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\0',
  ' ',
  ':',
  '5\r\nabcde\r\n',
  '0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
];

/** A request like those that come, with a little or much wrong in it. */
function randomRequest(random: Random): string {
  const fields = Array.from({ length: random.integer(6) }, () => pick(random, PIECES));
  let text = `${pick(random, METHODS)} ${pick(random, TARGETS)} ${pick(random, VERSIONS)}\r\n`;
  text += random.integer(4) > 0 ? 'Host: a\r\n' : '';
  text += `${fields.join('\r\n')}\r\n${random.integer(5) > 0 ? '\r\n' : ''}`;
  for (let cuts = random.integer(3); cuts > 0; cuts--) {
    const at = random.integer(text.length + 1);
    text = text.slice(0, at) + jumble(random, PIECES, 2) + text.slice(at + random.integer(4));
  }
  return text;
}

test.each(['hot', 'swarm'] as const)(
  'threat row 47: random requests (bytes %s) get well-formed answers or an end, and the next one is served',
  async (mode) => {
    const { ask, dial, source, logged } = await serveImages();
    source.mode = mode;
    const firstSeed = (Math.random() * 2 ** 32) >>> 0;
    const check = async (seed: number) => {
      const random = seededRandom(seed);
      const socket = await dial();
      const answers = readToEnd(socket);
      for (let requests = 1 + random.integer(3); requests > 0; requests--) {
        const request = randomRequest(random);
        const middle = random.integer(request.length + 1);
        socket.write(request.slice(0, middle), 'latin1');
        if (random.integer(2) === 0) await new Promise((resolve) => setImmediate(resolve));
        if (random.integer(20) === 0) socket.resetAndDestroy();
        if (socket.writable) socket.write(request.slice(middle), 'latin1');
      }
      // Half-closing makes the server end what it has not ended.
      if (!socket.destroyed) socket.end();
      const text = await answers;
      if (text !== '') expect(text, `seed ${seed}`).toMatch(/^HTTP\/1\.1 [1-5]\d\d [A-Z]/);
      expect(text, `seed ${seed}`).not.toMatch(/^HTTP\/1\.1 500 /m);
    };
    const BATCH = 10;
    for (let seed = firstSeed; seed < firstSeed + 300; seed += BATCH)
      await Promise.all(Array.from({ length: BATCH }, (_, i) => check(seed + i)));
    const { status, body } = await ask('/640.avif');
    expect([status, body.equals(source.bytes.get('640.avif')!)]).toEqual([200, true]);
    expect(logged, `seeds from ${firstSeed}`).toEqual([]);
    expect(source.reads.every(({ ended }) => ended)).toBe(true);
  },
);

test('threat row 47: random bytes, no request at all', async () => {
  const { ask, dial } = await serveImages();
  const firstSeed = (Math.random() * 2 ** 32) >>> 0;
  for (let seed = firstSeed; seed < firstSeed + 100; seed++) {
    const random = seededRandom(seed);
    const socket = await dial();
    const answers = readToEnd(socket);
    const noise = Buffer.from(Array.from({ length: 1 + random.integer(2000) }, () => random.integer(256)));
    socket.end(noise);
    expect(await answers, `seed ${seed}`).toMatch(/^(HTTP\/1\.1 (400|431|505) |$)/);
    if (!socket.destroyed) await once(socket, 'close');
  }
  expect((await ask('/640.avif')).status).toBe(200);
});
