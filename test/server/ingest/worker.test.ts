/** A worker that hangs, grows, dies or lies costs one photo, and never the origin. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { IngestOptions } from '../../../server/ingest/ingest-api.ts';
import { WorkerProcess } from '../../../server/ingest/worker-process.ts';
import { type Compiled, compile } from '../../support/compiled.ts';
import { PHOTO_PATH } from '../../support/photos.ts';
import { tempDirectory } from '../../support/temp-directory.ts';
import { type SmallOrigin, startSmallOrigin } from '../support/small-origin.ts';
import { createProduct, filesBelow, uploadPhoto } from '../support/upload.ts';

let worker: Compiled;
let folder: string;
let origin: SmallOrigin | undefined;
let photo: Buffer;
let small: Buffer;

beforeAll(async () => {
  worker = await compile('server/ingest/worker/main.ts');
  photo = await readFile(PHOTO_PATH);
  small = await sharp(photo).resize(400).jpeg().toBuffer();
});

afterEach(async () => {
  await origin?.close();
  origin = undefined;
  await rm(folder, { recursive: true, force: true });
});

afterAll(() => worker.remove());

async function start(options: Partial<IngestOptions> = {}, modulePath = worker.path): Promise<SmallOrigin> {
  folder = await mkdtemp(join(tmpdir(), 'shoal-worker-'));
  origin = await startSmallOrigin(folder, modulePath, { workers: 1, ...options });
  return origin;
}

/** `synced.json` is the store's own word on what the disk has for sure, and stays. */
const leftovers = async () =>
  (await filesBelow(folder)).filter(
    (path) => /^(tmp|uploads|pieces)\//.test(path) && path !== 'pieces/synced.json',
  );

/** False as soon as the child was waited for, which is when its exit is told. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Resolves when the job table shows a photo being decoded. */
async function processing(started: SmallOrigin): Promise<void> {
  while (!started.ingest.uploads().uploads.some(({ state }) => state === 'processing'))
    await new Promise((resolve) => setImmediate(resolve));
}

describe('threat row 32: a photo gets so much time and memory, not more', () => {
  test('one that takes too long is refused, and its worker replaced', async () => {
    const { url, ingest } = await start({ timeoutMs: 1 });
    const product = await createProduct(url);
    const [before] = ingest.workerPids();
    const { status, body } = await uploadPhoto(url, product.id, photo);
    expect([status, body.code]).toEqual([422, 'upload_too_costly']);
    expect(await leftovers()).toEqual([]);
    await uploadPhoto(url, product.id, photo);
    expect(ingest.workerPids()[0]).not.toBe(before);
  });

  test('one that takes too much memory is refused; the next is taken', async () => {
    const { url, faults } = await start({ workerMemoryBytes: 256 * 1_048_576 });
    const product = await createProduct(url);
    // Interlaced, so that libvips must hold all of its 243 MB.
    const large = await sharp({ create: { width: 9_000, height: 9_000, channels: 3, background: 'green' } })
      .png({ progressive: true })
      .toBuffer();
    const { status, body } = await uploadPhoto(url, product.id, large);
    expect(faults).toEqual([]);
    expect([status, body.code]).toEqual([422, 'upload_too_costly']);
    expect(await leftovers()).toEqual([]);
    expect((await uploadPhoto(url, product.id, small)).status).toBe(201);
  });
});

// Ctrl-C at a terminal, and a stop by systemd, go to every process of the group.
test.each(['SIGTERM', 'SIGINT'] as const)('a worker leaves it to its origin what %s ends', async (signal) => {
  const { url, ingest } = await start();
  const product = await createProduct(url);
  const uploaded = uploadPhoto(url, product.id, photo);
  await processing(origin as SmallOrigin);
  process.kill(ingest.workerPids()[0] as number, signal);
  expect((await uploaded).status).toBe(201);
});

test('threat row 33: a worker that dies over a photo costs this photo only', async () => {
  const { url, ingest } = await start();
  const product = await createProduct(url);
  const upload = uploadPhoto(url, product.id, photo);
  await processing(origin as SmallOrigin);
  process.kill(ingest.workerPids()[0] as number, 'SIGKILL');
  const { status, body } = await upload;
  expect([status, body.code]).toEqual([422, 'upload_too_costly']);
  expect(await leftovers()).toEqual([]);
  expect((await uploadPhoto(url, product.id, photo)).status).toBe(201);
});

test('a worker that died between two photos is blamed on neither', async () => {
  const { url, ingest } = await start();
  const product = await createProduct(url);
  const pid = ingest.workerPids()[0] as number;
  process.kill(pid, 'SIGKILL');
  while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve));
  expect((await uploadPhoto(url, product.id, small)).status).toBe(201);
  expect(ingest.workerPids()).not.toContain(pid);
});

test('threat row 33: the worker knows nothing of the environment but what it needs', async () => {
  process.env.SHOAL_ADMIN_TOKEN = 'secret';
  try {
    const { ingest } = await start();
    const environment = await readFile(`/proc/${ingest.workerPids()[0]}/environ`, 'latin1');
    expect(environment).not.toContain('secret');
    expect(environment).toContain('VIPS_BLOCK_UNTRUSTED=1');
  } finally {
    process.env.SHOAL_ADMIN_TOKEN = '';
  }
});

test('a worker ends with its origin, however that ends', async () => {
  const running = await WorkerProcess.start({
    modulePath: worker.path,
    memoryLimitBytes: 1_000_000_000,
    timeoutMs: 1_000,
  });
  const gone = running.exited;
  running.disconnect();
  expect(await gone).toBe('SIGKILL');
});

test('photos are refused before they are read when as many wait as may', async () => {
  const { url, ingest } = await start({ maxUploads: 1 });
  const product = await createProduct(url);
  const ticket = ingest.admit(product.id);
  const { status, headers, body } = await uploadPhoto(url, product.id, small);
  expect([status, body.code]).toEqual([503, 'ingest_busy']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  ticket.abandon('request_aborted');
  expect((await uploadPhoto(url, product.id, small)).status).toBe(201);
});

test('an origin that stops ends the work under way, says so, and leaves nothing', async () => {
  const started = await start();
  const product = await createProduct(started.url);
  const upload = uploadPhoto(started.url, product.id, photo);
  await processing(started);
  await started.ingest.close();
  const { status, body } = await upload;
  expect([status, body.code]).toEqual([503, 'ingest_stopped']);
  expect(await leftovers()).toEqual([]);
  expect((await uploadPhoto(started.url, product.id, small)).body.code).toBe('ingest_stopped');
});

test('the job table tells the way of an upload, and why one failed', async () => {
  const { url, ingest } = await start();
  const product = await createProduct(url);
  const seen = new Set<string>();
  const upload = uploadPhoto(url, product.id, photo);
  let done = false;
  const watch = upload.finally(() => {
    done = true;
  });
  while (!done) {
    for (const job of ingest.uploads().uploads)
      seen.add(job.state === 'processing' ? `processing ${job.done}/${job.total}` : job.state);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { body } = await watch;
  expect([...seen]).toContain('uploading');
  // 0/0 until the worker tells; then some of the fifteen, for messages that come together are seen together.
  const processing = [...seen].filter((state) => state.startsWith('processing'));
  expect(processing).toContain('processing 0/0');
  expect(processing.filter((state) => !/^processing (0\/0|\d+\/15)$/.test(state))).toEqual([]);
  expect(ingest.uploads().uploads[0]).toMatchObject({
    state: 'ready',
    imageId: body.id,
    productId: product.id,
  });
  await uploadPhoto(url, product.id, small.subarray(0, 500));
  expect(ingest.uploads().uploads[0]).toMatchObject({ state: 'failed', code: 'upload_damaged' });
});

describe('what a worker says is not believed', () => {
  const lying = async (done: unknown) => {
    const script = join(tempDirectory(), 'worker.mjs');
    await writeFile(
      script,
      `process.send({type:'ready'}); process.on('message', () => process.send(${JSON.stringify(done)}));`,
    );
    return script;
  };
  const ladder = (name: string) => ({
    type: 'done',
    ladder: {
      width: 10,
      height: 10,
      placeholder: 'AAAA',
      files: [{ name, width: 10, height: 10, type: 'image/avif' }],
    },
  });

  test.each([
    ['a path for a name', ladder('../../admin-token')],
    ['a name without its width', ladder('.avif')],
    ['a message it does not have', { type: 'shell' }],
    ['no object', 7],
  ])('%s: the photo fails as our fault', async (_name, message) => {
    const script = await lying(message);
    const { url, faults } = await start({}, script);
    const product = await createProduct(url);
    const { status, body } = await uploadPhoto(url, product.id, small);
    expect([status, body.code]).toEqual([500, 'internal']);
    expect(String(faults[0])).toContain('said something unknown');
    expect(await leftovers()).toEqual([]);
  });

  test('a worker that does not come up keeps the origin from starting', async () => {
    const script = join(tempDirectory(), 'worker.mjs');
    await writeFile(script, `throw new Error('no sharp here');`);
    await expect(start({}, script)).rejects.toThrow(/did not start.*no sharp here/s);
  });
});
