/** The admin API's contract: shapes, and for every bad input a status, a code, and a data folder as before. */
import { request } from 'node:http';
import { connect } from 'node:net';
import sharp from 'sharp';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedOrigin } from '../support/shared-origin.ts';
import { TOKEN } from '../support/small-origin.ts';
import { AUTHORIZATION, answer, createProduct, uploadPhoto } from '../support/upload.ts';

const shared = sharedOrigin();
let productId: string;
let photo: Buffer;
let before: unknown;

beforeAll(async () => {
  productId = (await createProduct(shared.origin.url)).id;
  const create = { width: 200, height: 100, channels: 3, background: 'teal' } as const;
  photo = await sharp({ create }).jpeg().toBuffer();
});

beforeEach(async () => {
  before = await shared.state();
});

interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

function call(method: string, path: string, { headers = {}, body }: Call = {}) {
  return fetch(`${shared.origin.url}/admin${path}`, {
    method,
    headers: { ...AUTHORIZATION, ...headers },
    ...(body === undefined ? {} : { body: body as string }),
  });
}

const json = (body: string, headers: Record<string, string> = {}): Call => ({
  body,
  headers: { 'content-type': 'application/json', ...headers },
});

async function expectProblem(response: Response, status: number, code: string): Promise<void> {
  const { headers, body } = await answer(response);
  expect([response.status, body.code]).toEqual([status, code]);
  expect(body).toMatchObject({ type: 'about:blank', status, code });
  expect(body.title.length * body.detail.length).toBeGreaterThan(0);
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(await shared.state()).toEqual(before);
  expect(shared.origin.faults).toEqual([]);
}

describe('the token', () => {
  const wrong: readonly (readonly [string, Record<string, string>, string])[] = [
    ['no header', {}, 'token_missing'],
    ['an empty header', { authorization: '' }, 'token_missing'],
    [
      'another scheme',
      { authorization: `Basic ${Buffer.from(`admin:${TOKEN}`).toString('base64')}` },
      'token_missing',
    ],
    ['no token behind Bearer', { authorization: 'Bearer ' }, 'token_missing'],
    ['another token', { authorization: 'Bearer x' }, 'token_wrong'],
    ['the beginning of the token', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }, 'token_wrong'],
    ['more than the token', { authorization: `Bearer ${TOKEN}x` }, 'token_wrong'],
    ['the token in capitals', { authorization: `Bearer ${TOKEN.toUpperCase()}` }, 'token_wrong'],
  ];
  test.each(wrong)('%s: 401 with a challenge', async (_name, headers, code) => {
    for (const path of ['/products', '/uploads', '/nothing']) {
      const response = await fetch(`${shared.origin.url}/admin${path}`, { headers });
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
      await expectProblem(response, 401, code);
    }
  });

  test('is taken with the scheme in any case (RFC 9110 section 11.1)', async () => {
    const headers = { authorization: `bearer ${TOKEN}` };
    expect((await fetch(`${shared.origin.url}/admin/products`, { headers })).status).toBe(200);
  });

  test('threat row 37: is looked at before a byte of the body: an upload without end is answered and cut off', async () => {
    const socket = connect(Number(new URL(shared.origin.url).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (part) => {
      text += part;
    });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      `POST /admin/products/${productId}/images HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n` +
        'content-type: multipart/form-data; boundary=b\r\n\r\n',
    );
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const send = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', send);
    send();
    await closed;
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
    expect(text).toContain('"code":"token_missing"');
    expect(await shared.state()).toEqual(before);
  });

  test('a small refused upload keeps its connection', async () => {
    const options = {
      port: new URL(shared.origin.url).port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/admin/products',
    };
    const status = await new Promise((resolve, reject) => {
      request({ ...options, headers: { 'content-length': 200_000 } }, (response) => {
        response.resume().once('end', () => resolve([response.statusCode, response.headers.connection]));
      })
        .once('error', reject)
        .end(Buffer.alloc(200_000));
    });
    expect(status).toEqual([401, 'keep-alive']);
  });
});

describe('products', () => {
  const fields = { title: ' Clock ', description: 'Ticks.\nAnd tocks.', priceCents: 1999, currency: 'EUR' };

  test('are made, listed, changed and deleted', async () => {
    const made = await call('POST', '/products', json(JSON.stringify(fields)));
    expect(made.status).toBe(201);
    const product = (await made.json()) as { id: string };
    expect(product).toEqual({
      ...fields,
      title: 'Clock',
      category: '',
      id: expect.any(String),
      tags: [],
      images: [],
    });
    expect(made.headers.get('location')).toBe(`/api/products/${product.id}`);
    const changed = await call('PATCH', `/products/${product.id}`, json('{"priceCents":0}'));
    expect([changed.status, await changed.json()]).toEqual([200, { ...product, priceCents: 0 }]);
    const { products } = (await (await call('GET', '/products')).json()) as { products: unknown[] };
    expect(products).toContainEqual({ ...product, priceCents: 0 });
    expect((await call('DELETE', `/products/${product.id}`)).status).toBe(200);
    await expectProblem(await call('GET', `/products/${product.id}`), 404, 'product_unknown');
  });

  const valid = { title: 'T', description: 'D', priceCents: 1, currency: 'EUR' };
  const bad: readonly (readonly [string, unknown])[] = [
    ['no title', { ...valid, title: undefined }],
    ['an empty title', { ...valid, title: '  ' }],
    ['a title of two lines', { ...valid, title: 'a\nb' }],
    ['a title of 201 characters', { ...valid, title: 'x'.repeat(201) }],
    ['a title that is a number', { ...valid, title: 7 }],
    ['NUL in the description', { ...valid, description: 'a\0b' }],
    ['half a surrogate pair', { ...valid, description: '\ud83d' }],
    ['a description of 10,001 characters', { ...valid, description: 'x'.repeat(10_001) }],
    ['a negative price', { ...valid, priceCents: -1 }],
    ['a broken price', { ...valid, priceCents: 1.5 }],
    ['a price as text', { ...valid, priceCents: '1' }],
    ['a price beyond exact numbers', { ...valid, priceCents: 2 ** 53 }],
    ['no price', { ...valid, priceCents: undefined }],
    ['a currency in small letters', { ...valid, currency: 'eur' }],
    ['a currency of four letters', { ...valid, currency: 'EURO' }],
    ['an unknown field', { ...valid, colour: 'red' }],
    ['an id of its own', { ...valid, id: 'x' }],
    ['a list', [valid]],
    ['null in a field', { ...valid, title: null }],
    ['nothing', {}],
  ];
  test.each(bad)('%s: 422 body_invalid, for POST and PATCH', async (name, body) => {
    await expectProblem(await call('POST', '/products', json(JSON.stringify(body))), 422, 'body_invalid');
    if (!name.startsWith('no ')) {
      const changed = await call('PATCH', `/products/${productId}`, json(JSON.stringify(body)));
      await expectProblem(changed, 422, 'body_invalid');
    }
  });

  test('__proto__ and constructor are unknown fields like others', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const body = JSON.stringify(valid).replace('{', `{"${name}":{"polluted":1},`);
      await expectProblem(await call('POST', '/products', json(body)), 422, 'body_invalid');
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  const unreadable: readonly (readonly [string, Call, number, string])[] = [
    ['no body', {}, 400, 'json_invalid'],
    ['an empty body', json(''), 422, 'body_invalid'],
    ['half of JSON', json('{"title":'), 400, 'json_invalid'],
    ['a bare number', json('7'), 400, 'json_invalid'],
    [
      'a form',
      { body: 'title=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      400,
      'json_invalid',
    ],
    ['more than 64 KiB', json(JSON.stringify({ title: 'x'.repeat(70_000) })), 413, 'body_too_large'],
    ['a compressed body', json('{}', { 'content-encoding': 'gzip' }), 415, 'body_encoding'],
    [
      'another charset',
      json('{}', { 'content-type': 'application/json; charset=koi8-r' }),
      415,
      'body_encoding',
    ],
  ];
  test.each(unreadable)('%s is refused', async (_name, sent, status, code) => {
    await expectProblem(await call('POST', '/products', sent), status, code);
  });

  test('unknown ids are 404, whatever they look like', async () => {
    for (const id of ['none', '%00', '..%2f..', "'%20or%201=1", '%F0%9F%98%80', 'x'.repeat(3_000)]) {
      await expectProblem(
        await call('PATCH', `/products/${id}`, json('{"title":"x"}')),
        404,
        'product_unknown',
      );
      await expectProblem(await call('DELETE', `/products/${id}`), 404, 'product_unknown');
      await expectProblem(await call('DELETE', `/images/${id}`), 404, 'image_unknown');
      const upload = await uploadPhoto(shared.origin.url, id, photo);
      expect([upload.status, upload.body.code]).toEqual([404, 'product_unknown']);
    }
    await expectProblem(await call('DELETE', '/images/0123456789abcdef01234567'), 404, 'image_unknown');
  });
});

test('unknown paths are 404, other methods 405 with Allow, broken escapes 404', async () => {
  await expectProblem(await call('GET', '/'), 404, 'not_found');
  await expectProblem(await call('GET', '/products/x/images/y'), 404, 'not_found');
  await expectProblem(await call('DELETE', '/products/%E0%A4%A'), 404, 'not_found');
  const table = [
    ['PUT', '/products', 'GET, POST'],
    ['PUT', `/products/${productId}`, 'GET, PATCH, DELETE'],
    ['GET', `/products/${productId}/images`, 'POST'],
    ['POST', '/images/0123456789abcdef01234567', 'GET, PATCH, DELETE'],
    ['DELETE', '/uploads', 'GET'],
  ] as const;
  for (const [method, path, allow] of table) {
    const response = await call(method, path);
    expect(response.headers.get('allow')).toBe(allow);
    await expectProblem(response, 405, 'method_not_allowed');
  }
});

test('a purged image is gone from the store, the catalog and the product', async () => {
  const { body } = await uploadPhoto(shared.origin.url, productId, photo);
  expect((await call('DELETE', `/images/${body.id}`)).status).toBe(200);
  await shared.origin.ingest.idle();
  const { files } = (await shared.state()) as { files: string[] };
  expect({ files }).toEqual({ files: (before as { files: string[] }).files });
  expect((await shared.origin.catalog.product(productId))?.images).toEqual([]);
});
