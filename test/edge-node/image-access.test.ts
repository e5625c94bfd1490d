/** Signed addresses and hot-link rules at a running edge, whose web seed is an origin with the same keys. */
import { timingSafeEqual } from 'node:crypto';
import { expect, test } from 'vitest';
import { signUrl, verifyUrl } from '../../shared/http/signed-url.ts';
import { hmacSha256, type ImageAccess } from '../../shared/node/http/image-access.ts';
import { makeImageSet } from './support/image-set.ts';
import { eventually, TestEdge } from './support/test-edge.ts';
import { TestOrigin } from './support/test-origin.ts';

const key = { id: 'k1', secret: new Uint8Array(32).fill(7) };
const signed: ImageAccess = { keys: [key], referers: { hosts: [], allowsEmpty: true } };
const inAnHour = () => Math.floor(Date.now() / 1000) + 3_600;
const sign = (path: string, expires = inAnHour()) => signUrl(path, key, expires, hmacSha256);

async function edgeWith(access: ImageAccess) {
  const origin = await TestOrigin.start();
  const set = await makeImageSet(1);
  await origin.publish(set);
  const edge = await TestEdge.start(origin.url, { access });
  await eventually(async () => expect((await edge.status()).images.complete).toBe(1));
  return { origin, edge, path: `/images/${set.image.id}/160.jpg`, bytes: set.files.get('160.jpg')! };
}

test('SU3, threat row 46: with keys on, only signed addresses are answered, before the cache; refusals are not kept', async () => {
  const { edge, path, bytes } = await edgeWith(signed);
  const good = await edge.get(sign(path));
  expect(Buffer.from(await good.arrayBuffer()).equals(bytes)).toBe(true);
  expect(good.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
  const etag = good.headers.get('etag') as string;
  for (const [url, code] of [
    [path, 'url_unsigned'],
    [`${sign(path)}0`, 'url_unsigned'],
    [sign(path, 1_000), 'url_expired'],
    ['/images/ffffffffffffffffffffffff/160.jpg', 'url_unsigned'],
  ] as const) {
    const refused = await edge.get(url, { 'If-None-Match': etag });
    expect([refused.status, refused.headers.get('cache-control')]).toEqual([403, 'no-store']);
    expect(await refused.json()).toMatchObject({ code });
  }
  expect((await edge.get('/status')).status).toBe(200);
});

test('with keys on an edge signs what it asks of the web seed, and stock addresses are refused there', async () => {
  const origin = await TestOrigin.start();
  await origin.leaveSwarm();
  const equal = (a: Uint8Array, b: Uint8Array) => a.length === b.length && timingSafeEqual(a, b);
  const verdicts: string[] = [];
  origin.intercept = ({ url = '', headers }, response) => {
    if (!url.startsWith('/images/')) return false;
    const verdict = verifyUrl(url, [key], Date.now() / 1000, hmacSha256, equal);
    verdicts.push(verdict);
    expect(headers.referer).toBe(`${origin.url}/`);
    if (verdict !== 'ok') response.writeHead(403).end();
    return verdict !== 'ok';
  };
  const set = await makeImageSet(1);
  await origin.publish(set);
  const edge = await TestEdge.start(origin.url, { access: signed, prefetch: 'none' });
  await eventually(async () => expect((await edge.status()).images.known).toBe(1));
  const bytes = await edge.bytes(sign(`/images/${set.image.id}/160.jpg`));
  expect(bytes.equals(set.files.get('160.jpg')!)).toBe(true);
  expect(new Set(verdicts)).toEqual(new Set(['ok']));
});

test('hot-link rules refuse the pages of other sites', async () => {
  const { edge, path } = await edgeWith({
    keys: [],
    referers: { hosts: ['shop.example'], allowsEmpty: true },
  });
  const from = async (referer?: string) =>
    (await edge.get(path, referer === undefined ? {} : { Referer: referer })).status;
  expect(await from()).toBe(200);
  expect(await from('https://shop.example/cups')).toBe(200);
  expect(await from('https://other.example/')).toBe(403);
});
