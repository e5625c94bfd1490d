/** Threat row 51: an origin killed at any moment of an upload publishes a photo whole or not at all. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoredImage } from '../../../server/catalog/catalog-api.ts';
import { emptyChain, verifyEntry } from '../../../shared/log/chain.ts';
import { createLogCrypto } from '../../../shared/node/crypto/log-crypto.ts';
import { hashFile } from '../../../shared/node/hashing/hash-file.ts';
import { seededRandom } from '../../../shared/random.ts';
import { type Compiled, compile } from '../../support/compiled.ts';
import { PHOTO_PATH } from '../../support/photos.ts';
import { type SmallOrigin, startSmallOrigin } from '../support/small-origin.ts';
import { createProduct, filesBelow, uploadPhoto } from '../support/upload.ts';

const KILLS = 20;
let folder: string;
let worker: Compiled;
let program: Compiled;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-kill-'));
  worker = await compile('server/ingest/worker/main.ts');
  program = await compile('test/server/support/origin-process.ts');
});

afterAll(async () => {
  await worker?.remove();
  await program?.remove();
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly workers: readonly number[];
}

async function startProcess(): Promise<Started> {
  const child = spawn(process.execPath, [program.path, folder, worker.path], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [told] = (await once(child, 'message')) as [{ url: string; workers: number[] }];
  return { child, ...told };
}

/** All that stands in the data folder but the database and the keys. */
const stored = async () =>
  (await filesBelow(folder)).filter(
    (path) => !/^(catalog\.sqlite|pieces\/synced\.json(\.new)?|keys\/(root|log)\.pem)$/.test(path),
  );

/** Resolves when the process is gone, or dead and only not yet collected by its new parent. */
async function ended(pid: number): Promise<void> {
  for (;;) {
    const status = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
    if (status === undefined || /\) Z /.test(status)) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function expectWhole(
  origin: SmallOrigin,
  images: readonly StoredImage[],
  context: string,
): Promise<void> {
  const wanted: string[] = [];
  for (const { renditions, infoHash } of images) {
    expect(renditions.length, context).toBe(12);
    expect(await origin.catalog.torrent(infoHash), context).toBeDefined();
    for (const { root, bytes } of renditions) {
      const path = `pieces/${root.slice(0, 2)}/${root}`;
      wanted.push(`${path}.whole`);
      const hashed = await hashFile(join(folder, `${path}.whole`), 16_384);
      expect([hashed.root, hashed.lengthBytes], context).toEqual([root, bytes]);
    }
  }
  expect(await stored(), context).toEqual([...new Set(wanted)].sort());
  let state = emptyChain(origin.catalog.rootKey);
  const crypto = createLogCrypto();
  for (const signed of await origin.catalog.entriesAfter(0, 1_000))
    state = verifyEntry(state, signed, crypto).state;
  expect(state.hash, context).toBe(origin.catalog.head().hash);
}

test(`kill -9 at ${KILLS} moments: after the restart no half-published image and no stray file`, async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  const base = await sharp(await readFile(PHOTO_PATH))
    .resize(1400)
    .toBuffer();
  let productId: string | undefined;
  let uploadMs = 800;
  const answered = new Set<string>();
  const outcomes: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const { child, url, workers } = await startProcess();
    productId ??= (await createProduct(url)).id;
    const photo = await sharp(base)
      .modulate({ hue: kill * 17 })
      .jpeg({ quality: 92 })
      .toBuffer();
    const waitMs = Math.floor((uploadMs * 1.1 * (kill + random.fraction())) / KILLS);
    const startMs = performance.now();
    const upload = uploadPhoto(url, productId, photo).catch(() => undefined);
    const done = upload.then((answer) => {
      if (answer) uploadMs = performance.now() - startMs;
      return answer;
    });
    // The moment is the test's subject: a part of the time an upload takes.
    await Promise.race([done, new Promise((resolve) => setTimeout(resolve, waitMs))]);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const answer = await done;
    const context = `seed ${seed}, kill ${kill} after ${waitMs} ms`;
    if (answer) {
      expect(answer.status, context).toBe(201);
      answered.add(answer.body.id);
    }
    const origin = await startSmallOrigin(folder, worker.path, { workers: 1 });
    const images = [...origin.catalog.images()];
    await expectWhole(origin, images, context);
    // What was answered with 201 is published, and survives every later kill.
    for (const id of answered)
      expect(
        images.map((image) => image.id),
        context,
      ).toContain(id);
    outcomes.push(answer ? 'answered' : images.length > answered.size ? 'published' : 'nothing');
    await origin.close();
    for (const pid of workers) await ended(pid);
  }
  // Kills that all came too early would prove nothing.
  expect(outcomes, `seed ${seed}`).toContain('nothing');
}, 180_000);
