import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { PassThrough } from '../../../edge-node/images/pass-through.ts';
import { OriginFetch } from '../../../edge-node/origin-fetch.ts';
import type { Rendition } from '../../../shared/api-types/catalog.ts';
import { rootOfBytes } from '../../../shared/node/hashing/leaves.ts';
import type { FileRoot } from '../../../shared/units.ts';
import { tinyImage } from '../../support/tiny-image.ts';

const BODY = new TextEncoder().encode('a rendition');

/** An origin whose answers wait until they are let go, and what it was asked for. */
async function origin(body: Uint8Array = BODY) {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    waiting.push(() => response.end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fetch = new OriginFetch(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  onTestFinished(() => {
    fetch.close();
    server.close();
  });
  const answer = async () => {
    while (waiting.length === 0) await new Promise(setImmediate);
    for (const each of waiting.splice(0)) each();
  };
  return { asked, answer, through: new PassThrough(fetch, (path) => `${path}?signed`) };
}

const image = tinyImage('a');
const rendition: Rendition = {
  ...(image.renditions[0] as Rendition),
  bytes: BODY.length,
  root: rootOfBytes(BODY) as FileRoot,
};

test('SU2: one signed request however many readers wait, and another one for who comes after', async () => {
  const { asked, answer, through } = await origin();
  const readers = [through.whole(image, rendition), through.whole(image, rendition)];
  await answer();
  expect((await Promise.all(readers)).map((bytes) => Buffer.compare(bytes, BODY))).toEqual([0, 0]);
  const path = `/images/${image.id}/${rendition.name}?signed`;
  expect(asked).toEqual([path]);
  const later = through.whole(image, rendition);
  await answer();
  await later;
  expect(asked).toEqual([path, path]);
});

test('bytes that have another root are given to nobody', async () => {
  const { answer, through } = await origin(new TextEncoder().encode('a renditioN'));
  const reading = expect(through.whole(image, rendition)).rejects.toMatchObject({ code: 'torrent_mismatch' });
  await answer();
  await reading;
});

test('what does not fit its memory beside the others is refused, and let in when they are done', async () => {
  const { answer, through } = await origin();
  const large: Rendition = {
    ...rendition,
    bytes: 32 * 1024 * 1024,
    root: '1'.repeat(64) as FileRoot,
  };
  const first = through.whole(image, rendition);
  expect(() => through.whole(image, large)).toThrow(expect.objectContaining({ code: 'image_unavailable' }));
  await answer();
  await first;
  const second = expect(through.whole(image, large)).rejects.toMatchObject({ code: 'torrent_mismatch' });
  await answer();
  await second;
});
