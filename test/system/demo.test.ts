/** The demo as a person runs it: origin, four edges, sample shop; however it ends, nothing of it stays. */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Image, ProductList } from '../../shared/api-types/catalog.ts';
import type { EdgeList } from '../../shared/api-types/status.ts';
import { type Demo, endDemo, runDemo, see, started } from '../support/demo-process.ts';
import { eventually, PROJECT } from '../support/fleet.ts';
import { childrenOf, isAlive } from '../support/processes.ts';
import { expectServed, imagesOf } from '../support/published.ts';

const EDGES = 4;
/** Ten photos are made into sets on the first run. */
const FIRST_RUN_MS = 90_000;
/** "Starts in seconds": five processes on a busy machine. */
const NEXT_RUN_MS = 20_000;

const folder = mkdtempSync(path.join(tmpdir(), 'shoal-demo-'));
const demos: Demo[] = [];
// The folder takes one demo at a time: none of a test that failed may keep it.
afterEach(async () => {
  for (const demo of demos.splice(0)) await endDemo(demo);
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));

function run(): Demo {
  const demo = runDemo(folder);
  demos.push(demo);
  return demo;
}

const gone = (demo: Demo) => eventually('no process is left', () => !demo.pids.some(isAlive), 10_000);

async function upload(url: string): Promise<Image> {
  const { products } = (await (await fetch(`${url}/api/products`)).json()) as { products: { id: string }[] };
  const token = (await readFile(path.join(folder, 'admin-token'), 'utf8')).trim();
  const form = new FormData();
  const photo = await readFile(path.join(PROJECT, 'server/demo/photos/bowl.jpg'));
  // Bytes behind the end of a JPEG change nothing but which image it is.
  form.set('image', new Blob([new Uint8Array(photo), 'another one']), 'mine.jpg');
  const response = await fetch(`${url}/admin/products/${products[1]?.id}/images`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  expect(response.status).toBe(201);
  return (await response.json()) as Image;
}

async function edgesOf(url: string): Promise<EdgeList['edges']> {
  return ((await (await fetch(`${url}/api/edges`)).json()) as EdgeList).edges;
}

const allComplete = (url: string, images: number) =>
  eventually(`${EDGES} edges are live and hold all`, async () => {
    const live = (await edgesOf(url)).filter((edge) => edge.live);
    return live.length === EDGES && live.every((edge) => edge.images.complete === images);
  });

describe('the demo', { timeout: 120_000 }, () => {
  let mine: Image;
  let images: number;

  it('ended by Ctrl-C while its shop is filled, it fills the rest of it at the next start', async () => {
    const demo = run();
    await eventually('some photos are there', () => demo.output().includes('photo 2 of'), FIRST_RUN_MS);
    see(demo);
    demo.child.kill('SIGINT');
    expect(await demo.exited).toBe(0);
    await gone(demo);
    expect(demo.output()).not.toContain('Shoal is running');
  });

  it('ended by kill -9 leaves no process behind', async () => {
    const demo = run();
    const url = await started(demo, FIRST_RUN_MS);
    mine = await upload(url);
    images = (await imagesOf(url)).length;
    const { products } = (await (await fetch(`${url}/api/products`)).json()) as ProductList;
    expect(products.filter((product) => product.images.length === 0)).toEqual([]);
    expect(new Set(products.map(({ title }) => title)).size).toBe(products.length);
    expect(images).toBe(products.length + 1);
    await allComplete(url, images);
    see(demo);
    expect(demo.pids.length).toBeGreaterThan(EDGES + 1);
    expect(demo.pids.every(isAlive)).toBe(true);
    demo.child.kill('SIGKILL');
    await demo.exited;
    await gone(demo);
  });

  it('runs again in seconds and keeps what was uploaded; Ctrl-C ends it with 0 and leaves no process', async () => {
    const demo = run();
    const url = await started(demo, NEXT_RUN_MS);
    expect((await imagesOf(url)).map(({ id }) => id)).toContain(mine.id);
    expect(await imagesOf(url)).toHaveLength(images);
    expect(demo.output()).not.toContain('sample products');
    await allComplete(url, images);
    for (const edge of await edgesOf(url)) {
      if (edge.live) await expectServed(edge.url, mine, edge.name);
      // Nothing is fetched again.
      if (edge.live) expect(edge.bytes.fromPeers + edge.bytes.fromOrigin, edge.name).toBe(0);
    }
    demo.child.kill('SIGINT');
    expect(await demo.exited).toBe(0);
    expect(demo.pids.filter(isAlive)).toEqual([]);
  });

  it('started anew at once after kill -9, its nodes wait for those of the one before, which still drain', async () => {
    const killed = run();
    await started(killed, NEXT_RUN_MS);
    const [origin] = killed.pids as [number];
    process.kill(origin, 'SIGSTOP');
    killed.child.kill('SIGKILL');
    await killed.exited;
    const demo = run();
    const log = path.join(folder, 'logs/origin.log');
    await eventually('its origin waits', async () => (await readFile(log, 'utf8')).includes('waiting'));
    process.kill(origin, 'SIGCONT');
    const url = await started(demo, NEXT_RUN_MS);
    await allComplete(url, images);
    expect(killed.pids.filter(isAlive)).toEqual([]);
    demo.child.kill('SIGINT');
    expect(await demo.exited).toBe(0);
    await gone(demo);
  });

  it('a second one with the same folder says so, ends with 1 and leaves the first one alone', async () => {
    const demo = run();
    const url = await started(demo, NEXT_RUN_MS);
    const second = run();
    expect(await second.exited).toBe(1);
    expect(second.output()).toBe(
      `Another demo runs with ${folder}: end it, or give this one a folder of its own with --data.\n`,
    );
    await allComplete(url, images);
    demo.child.kill('SIGINT');
    expect(await demo.exited).toBe(0);
    await gone(demo);
  });

  it('Ctrl-C while it starts ends it with 0 and leaves no process', async () => {
    const demo = run();
    await eventually('its origin runs', () => childrenOf(demo.child.pid as number).length > 0);
    see(demo);
    demo.child.kill('SIGINT');
    expect(await demo.exited).toBe(0);
    await gone(demo);
  });

  it('when its origin dies, stops with 1 and leaves no process', async () => {
    const demo = run();
    await started(demo, NEXT_RUN_MS);
    process.kill(demo.pids[0] as number, 'SIGKILL');
    expect(await demo.exited).toBe(1);
    await gone(demo);
  });
});
