/** Uploads as the desk sees them: what each is at, words while it is under way, cancelling. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { UploadAnswer, UploadList } from '../../../shared/api-types/admin.ts';
import type { Image } from '../../../shared/api-types/catalog.ts';
import { eventually } from '../../support/fleet.ts';
import { adminCall } from '../support/admin-call.ts';
import { sharedOrigin } from '../support/shared-origin.ts';
import { AUTHORIZATION, createProduct, filesBelow, uploadPhoto } from '../support/upload.ts';

const shared = sharedOrigin({ workers: 1 });
const call = adminCall(() => shared.origin.url);
let productId: string;
let large: Buffer;

beforeAll(async () => {
  productId = (await createProduct(shared.origin.url)).id;
  large = await photoOf(2_400, 40);
});

/** Noise: its ladder takes a second, so that a test can step in. */
function photoOf(width: number, sigma: number, background = 'teal'): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma } as const;
  return sharp({ create: { width, height: width, channels: 3, background, noise } })
    .jpeg()
    .toBuffer();
}

async function list(query = ''): Promise<UploadList> {
  return (await (await call('GET', `/uploads${query}`)).json()) as UploadList;
}

async function stateOf(id: string): Promise<UploadAnswer | undefined> {
  return (await list()).uploads.find((upload) => upload.id === id);
}

function send(id: string, photo: Uint8Array, product = productId): Promise<Response> {
  const form = new FormData();
  form.set('image', new Blob([photo as Uint8Array<ArrayBuffer>]), 'photo.jpg');
  const headers = { ...AUTHORIZATION, 'upload-id': id };
  return fetch(`${shared.origin.url}/admin/products/${product}/images`, {
    method: 'POST',
    headers,
    body: form,
  });
}

function put(id: string, image: string, photo: Uint8Array): Promise<Response> {
  const form = new FormData();
  form.set('image', new Blob([photo as Uint8Array<ArrayBuffer>]), 'photo.jpg');
  const headers = { ...AUTHORIZATION, 'upload-id': id };
  return fetch(`${shared.origin.url}/admin/images/${image}/photo`, { method: 'PUT', headers, body: form });
}

const isProcessing = async (id: string) => (await stateOf(id))?.state === 'processing';

test('GET /admin/uploads tells the newest first, with the reason of a failure, and whether to try again', async () => {
  await uploadPhoto(shared.origin.url, productId, (await photoOf(100, 1)).subarray(0, 300));
  expect((await list()).uploads[0]).toMatchObject({
    state: 'failed',
    code: 'upload_damaged',
    detail: expect.stringContaining('damaged'),
    canRetry: false,
    productId,
  });
});

test('?since= answers only what changed since, and everything for a number of an earlier life', async () => {
  const { version } = await list();
  expect((await list(`?since=${version}`)).uploads).toEqual([]);
  await send('since-test', await photoOf(120, 1));
  expect((await list(`?since=${version}`)).uploads.map(({ id }) => id)).toEqual(['since-test']);
  expect((await list(`?since=${version + 10_000}`)).uploads.length).toBeGreaterThan(1);
});

test('while the body comes in: how many bytes of how many', async () => {
  const headers = {
    ...AUTHORIZATION,
    'upload-id': 'slow-upload',
    'content-type': 'multipart/form-data; boundary=b',
    'content-length': 5_000,
  };
  const path = `${shared.origin.url}/admin/products/${productId}/images`;
  const sending = request(path, { method: 'POST', headers });
  sending.on('error', () => undefined);
  sending.write('x'.repeat(2_000));
  await eventually('bytes are counted', async () => {
    const upload = await stateOf('slow-upload');
    return upload?.state === 'uploading' && upload.receivedBytes === 2_000 && upload.totalBytes === 5_000;
  });
  const answered = new Promise<number | undefined>((resolve) =>
    sending.on('response', (response) => resolve(response.resume().statusCode)),
  );
  const cancelled = await call('DELETE', '/uploads/slow-upload');
  expect(await cancelled.json()).toMatchObject({ state: 'failed', code: 'upload_cancelled', canRetry: true });
  expect(await answered).toBe(409);
  sending.destroy();
});

describe('cancelling what is processed', () => {
  test('stops it: nothing is published, and the next photo has the worker', async () => {
    const before = shared.origin.catalog.head();
    const answer = send('cancel-processing', large);
    await eventually('it is processed', () => isProcessing('cancel-processing'));
    await call('DELETE', '/uploads/cancel-processing');
    expect((await answer).status).toBe(409);
    expect(await stateOf('cancel-processing')).toMatchObject({ state: 'failed', code: 'upload_cancelled' });
    await shared.origin.ingest.idle();
    expect(shared.origin.catalog.head()).toEqual(before);
    expect((await send('after-cancel', await photoOf(130, 1))).status).toBe(201);
    expect(shared.origin.faults).toEqual([]);
  });

  test('leaves an upload of the same bytes beside it alone', async () => {
    const photo = await photoOf(1_500, 41);
    const answers = [send('twin-upload-1', photo), send('twin-upload-2', photo)];
    await eventually('both are processed', async () =>
      (await Promise.all(['twin-upload-1', 'twin-upload-2'].map(isProcessing))).every(Boolean),
    );
    await call('DELETE', '/uploads/twin-upload-1');
    const statuses = (await Promise.all(answers)).map(({ status }) => status).sort();
    expect(statuses[1]).toBe(409);
    expect([200, 201]).toContain(statuses[0]);
  });

  test('nor is the file taken away that another upload of the same bytes waits for', async () => {
    const before = send('has-the-worker', large);
    await eventually('it is processed', () => isProcessing('has-the-worker'));
    const photo = await photoOf(150, 1, 'navy');
    const first = send('began-the-work', photo);
    await eventually('it waits', () => isProcessing('began-the-work'));
    const second = send('waits-as-well', photo);
    await eventually('it waits as well', () => isProcessing('waits-as-well'));
    await call('DELETE', '/uploads/began-the-work');
    expect((await first).status).toBe(409);
    await call('DELETE', '/uploads/has-the-worker');
    await before;
    expect((await second).ok).toBe(true);
    await shared.origin.ingest.idle();
    expect((await filesBelow(shared.folder)).filter((path) => path.startsWith('uploads/'))).toEqual([]);
  });

  test('a photo given up for a place is not put there because another upload wants the same bytes', async () => {
    const product = (await createProduct(shared.origin.url, 'Replaced')).id;
    const old = (await uploadPhoto(shared.origin.url, product, await photoOf(160, 1))).body.id;
    const before = send('busy-before', large);
    await eventually('it is processed', () => isProcessing('busy-before'));
    const photo = await photoOf(170, 1);
    const replacing = put('replaces-it', old, photo);
    await eventually('it waits', () => isProcessing('replaces-it'));
    const beside = send('wants-it-too', photo, product);
    await eventually('it waits as well', () => isProcessing('wants-it-too'));
    await call('DELETE', '/uploads/replaces-it');
    expect((await replacing).status).toBe(409);
    await call('DELETE', '/uploads/busy-before');
    await before;
    const added = (await (await beside).json()) as Image;
    const images = (await shared.origin.catalog.product(product))?.images.map(({ id }) => id);
    expect(images).toEqual([old, added.id]);
  });

  test('what is over stays as it is', async () => {
    await send('over-before', await photoOf(140, 1));
    const answer = await call('DELETE', '/uploads/over-before');
    expect(await answer.json()).toMatchObject({ state: 'ready', edges: { holding: 0, of: 0 } });
    expect((await call('DELETE', '/uploads/never-was-one')).status).toBe(404);
  });
});

test('a photo waits for its worker on a connection that may idle meanwhile', async () => {
  const [worker] = shared.origin.ingest.workerPids();
  const { server } = shared.origin;
  server.timeout = 30_000;
  process.kill(worker as number, 'SIGSTOP');
  try {
    const begun = once(server, 'request') as Promise<[IncomingMessage]>;
    const answer = send('waits-long', await photoOf(190, 1));
    const [{ socket }] = await begun;
    await eventually('it waits', () => isProcessing('waits-long'));
    expect(socket.timeout).toBe(0);
    process.kill(worker as number, 'SIGCONT');
    expect((await answer).status).toBe(201);
  } finally {
    process.kill(worker as number, 'SIGCONT');
    server.timeout = 0;
  }
});

test('words given while a photo is worked on are those of the image', async () => {
  const answer = send('words-meanwhile', await photoOf(1_500, 42));
  await eventually('it is processed', () => isProcessing('words-meanwhile'));
  expect((await call('PATCH', '/uploads/words-meanwhile', { alt: 'A <b>cup</b>' })).status).toBe(200);
  const image = (await (await answer).json()) as Image;
  expect(image.alt).toBe('A <b>cup</b>');
  await call('PATCH', '/uploads/words-meanwhile', { alt: 'Later words' });
  expect(shared.origin.catalog.image(image.id)?.alt).toBe('Later words');
});

test('an upload whose answer was lost, sent again, is one image', async () => {
  const photo = await photoOf(1_200, 43);
  const product = (await createProduct(shared.origin.url, 'Lost answers')).id;
  const lost = new AbortController();
  const form = new FormData();
  form.set('image', new Blob([photo as Uint8Array<ArrayBuffer>]), 'photo.jpg');
  const headers = { ...AUTHORIZATION, 'upload-id': 'lost-answer' };
  const first = fetch(`${shared.origin.url}/admin/products/${product}/images`, {
    method: 'POST',
    headers,
    body: form,
    signal: lost.signal,
  });
  await eventually('it is processed', () => isProcessing('lost-answer'));
  lost.abort();
  await expect(first).rejects.toThrow();
  const again = await send('lost-answer-2', photo, product);
  expect(again.status).toBe(200);
  expect((await shared.origin.catalog.product(product))?.images).toHaveLength(1);
});

test('an Upload-Id is used once, and is of letters and digits', async () => {
  const photo = await photoOf(110, 1);
  expect((await send('used-only-once', photo)).status).toBe(201);
  expect((await send('used-only-once', photo)).status).toBe(409);
  expect((await send('../etc/passwd', photo)).status).toBe(400);
});
