/** Threat row 37 on the real origin: uploads that break off cost it nothing that stays. */
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { seededRandom } from '../../shared/random.ts';
import { authorization, eventually, Fleet, PROJECT } from '../support/fleet.ts';

const ABORTS = 200;
/** All of them together send some 150 MiB: a body kept whole now and then would be seen. */
const BODY_BYTES = 1.5 * 1_048_576;
const GROWTH_BYTES = 64 * 1_048_576;

const fleet = new Fleet();
afterAll(() => fleet.close());

const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) * 1024;

/** A multipart upload of a real JPEG's head and noise, cut after so many bytes. */
async function abortedUpload(target: string, head: Uint8Array, bytes: number): Promise<void> {
  const upload = request(target, {
    method: 'POST',
    headers: {
      ...authorization(),
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': 4 * BODY_BYTES,
    },
  });
  const closed = new Promise((resolve) => upload.once('close', resolve));
  upload.on('error', () => undefined);
  upload.on('response', (response) => response.resume());
  const part = 'Content-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n';
  const body = Buffer.concat([Buffer.from(`--x\r\n${part}`), head, Buffer.alloc(BODY_BYTES, 7)]);
  await new Promise((resolve) => {
    void closed.then(resolve);
    upload.write(body.subarray(0, bytes), resolve);
  });
  upload.destroy();
  await closed;
}

it(`memory, descriptors and files stay flat over ${ABORTS} aborted uploads, and the next photo is taken`, async () => {
  const seed = Math.floor(Math.random() * 1e9);
  const random = seededRandom(seed);
  const { process: child, url, data } = await fleet.startOrigin();
  const pid = child.pid as number;
  const product = await fleet.createProduct('Bowl');
  const photo = await readFile(path.join(PROJECT, 'server/demo/photos/bowl.jpg'));
  const target = `${url}/admin/products/${product}/images`;
  const abort = async (count: number) => {
    for (let i = 0; i < count; i += 4) {
      const four = Array.from({ length: 4 }, () =>
        abortedUpload(target, photo.subarray(0, 4096), random.integer(BODY_BYTES)),
      );
      await Promise.all(four);
    }
    await eventually('nothing lies in uploads', async () => {
      return (await readdir(path.join(data, 'uploads'))).length === 0;
    });
  };
  // What the process keeps for good, compiled code and buffers, it has after the first.
  await abort(ABORTS / 4);
  const [openBefore, residentBefore] = [descriptors(pid), residentBytes(pid)];
  await abort(ABORTS);
  await eventually(`seed ${seed}: descriptors`, () => descriptors(pid) <= openBefore + 2, 10_000);
  expect(residentBytes(pid) - residentBefore, `seed ${seed}`).toBeLessThan(GROWTH_BYTES);
  expect(await readdir(path.join(data, 'tmp'))).toEqual([]);
  expect((await fleet.upload(product, new Uint8Array(photo))).renditions.length).toBeGreaterThan(0);
  expect(fleet.origin.output()).not.toMatch(/"level":"(error|fatal)"/);
});
