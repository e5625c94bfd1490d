/** Threat row 51 for the whole program: whatever moment of an upload the origin dies at, a restart finds order. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { seededRandom } from '../../shared/random.ts';
import { eventually, Fleet, PROJECT } from '../support/fleet.ts';
import { freePort } from '../support/free-port.ts';
import { childrenOf, isAlive } from '../support/processes.ts';
import { expectWholeOrigin, imagesOf } from '../support/published.ts';

const KILLS = 20;
const fleet = new Fleet();
afterAll(() => fleet.close());

/** Small, so that an upload is quick, and another one for each number. */
async function smallPhoto(number: number): Promise<Uint8Array<ArrayBuffer>> {
  const source = await readFile(path.join(PROJECT, 'server/demo/photos/bowl.jpg'));
  const photo = sharp(source)
    .resize(400)
    .modulate({ hue: number * 15 });
  return new Uint8Array(await photo.jpeg({ quality: 90 }).toBuffer());
}

it(`kill -9 at ${KILLS} moments of an upload: after a restart each image is whole or absent, no file is stray, no worker is left, and the same upload succeeds`, async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  const ports = { port: await freePort(), peerPort: await freePort() };
  await fleet.startOrigin(ports);
  const product = await fleet.createProduct('Bowl');
  const timed = async (photo: Uint8Array<ArrayBuffer>) => {
    const startMs = performance.now();
    const { id } = await fleet.upload(product, photo);
    return { id, elapsedMs: performance.now() - startMs };
  };
  let uploadMs = (await timed(await smallPhoto(KILLS))).elapsedMs;
  const known = new Set((await imagesOf(fleet.origin.url)).map(({ id }) => id));
  const outcomes: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const photo = await smallPhoto(kill);
    const waitMs = (uploadMs * 1.1 * (kill + random.fraction())) / KILLS;
    const context = `seed ${seed}, kill ${kill} after ${waitMs.toFixed(1)} of ${uploadMs.toFixed(0)} ms`;
    const { pid } = fleet.origin.process as { pid: number };
    const workers = childrenOf(pid);
    expect(workers.length, context).toBeGreaterThan(0);
    const upload = fleet.upload(product, photo).catch(() => undefined);
    // The moment is the test's subject: a part of the time that an upload takes.
    await Promise.race([upload, new Promise((resolve) => setTimeout(resolve, waitMs))]);
    workers.push(...childrenOf(pid).filter((child) => !workers.includes(child)));
    await fleet.origin.kill('SIGKILL');
    const answered = await upload;
    await eventually(`${context}: no worker is left`, () => !workers.some(isAlive), 5_000);

    await fleet.startOrigin(ports);
    const images = await expectWholeOrigin(fleet.origin.url, fleet.origin.data, context);
    const ids = images.map(({ id }) => id);
    // What was published before, and what was answered with 201, outlives the kill.
    for (const id of known) expect(ids, context).toContain(id);
    if (answered) expect(ids, context).toContain(answered.id);
    outcomes.push(answered ? 'answered' : ids.length > known.size ? 'published' : 'absent');

    const { id, elapsedMs } = await timed(photo);
    // The machine may be busier or quieter by now; what was published before is answered at once and says nothing.
    if (outcomes.at(-1) === 'absent') uploadMs = elapsedMs;
    expect(
      (await imagesOf(fleet.origin.url)).map((image) => image.id),
      context,
    ).toContain(id);
    known.add(id);
    expect(known.size, context).toBe(kill + 2);
  }
  await expectWholeOrigin(fleet.origin.url, fleet.origin.data, `seed ${seed}, at the end`);
  // Kills that all came too early or too late would prove nothing.
  expect(
    outcomes.filter((outcome) => outcome === 'absent').length,
    `seed ${seed}: ${outcomes}`,
  ).toBeGreaterThan(2);
}, 180_000);
