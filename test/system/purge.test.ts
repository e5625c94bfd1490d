/** PU2 to PU5 of docs/PROTOCOL.md with real processes: a purge that eight edges acknowledge, while all are asked. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Image } from '../../shared/api-types/catalog.ts';
import type { EdgeAcknowledgement } from '../../shared/api-types/status.ts';
import {
  authorization,
  eventually,
  everyEdgeHas,
  Fleet,
  PROJECT,
  type RunningNode,
} from '../support/fleet.ts';
import { unsentBytes } from '../support/unsent-bytes.ts';

const EDGES = 8;
const fleet = new Fleet();
let edges: RunningNode[];
const images: Image[] = [];

interface PurgeAnswer {
  readonly image: string;
  readonly entry: number;
  readonly edges: readonly EdgeAcknowledgement[];
}

beforeAll(async () => {
  await fleet.startOrigin();
  edges = await Promise.all(Array.from({ length: EDGES }, (_, i) => fleet.startEdge({ name: `edge-${i}` })));
  const product = await fleet.createProduct('Photos');
  for (const name of ['bowl', 'dandelion', 'djembe']) {
    const photo = await readFile(path.join(PROJECT, `server/demo/photos/${name}.jpg`));
    images.push(await fleet.upload(product, new Uint8Array(photo)));
  }
  await everyEdgeHas(edges, images.length);
}, 180_000);
afterAll(() => fleet.close());

async function purge(image: Image): Promise<PurgeAnswer> {
  const target = `${fleet.origin.url}/admin/images/${image.id}`;
  const response = await fetch(target, { method: 'DELETE', headers: authorization() });
  expect(response.status).toBe(200);
  return (await response.json()) as PurgeAnswer;
}

const largestOf = ({ renditions }: Image) => [...renditions].sort((a, b) => b.bytes - a.bytes)[0]!;
const statusOf = (edge: RunningNode, image: Image) =>
  fetch(`${edge.url}${largestOf(image).url}`).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => 'cut' as const,
  );

/** Asks again and again. @returns a function that stops, and tells when what was answered with the image was asked */
function hammer(edge: RunningNode, image: Image): () => Promise<readonly number[]> {
  let isOn = true;
  const askedAt: number[] = [];
  const work = async () => {
    while (isOn) {
      const at = performance.now();
      if ((await statusOf(edge, image)) === 200) askedAt.push(at);
    }
  };
  const workers = [work(), work()];
  return async () => {
    isOn = false;
    await Promise.all(workers);
    return askedAt;
  };
}

/** Asks for the image many times over and reads nothing: more than the kernel takes at once. */
async function slowReader(edge: RunningNode, image: Image): Promise<Socket> {
  const socket = connect(Number(new URL(edge.url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(`GET ${largestOf(image).url} HTTP/1.1\r\nHost: edge\r\n\r\n`.repeat(40));
  await once(socket, 'readable');
  return socket;
}

it('a purge is acknowledged by all; after that not one byte of the image leaves an edge', async () => {
  const [gone, stays] = images as [Image, Image, Image];
  const stops = edges.map((edge) => hammer(edge, gone));
  const slow = await Promise.all(edges.map((edge) => slowReader(edge, gone)));
  const unsent = () =>
    Promise.all(slow.map((socket) => unsentBytes(socket.remotePort as number, socket.localPort as number)));
  const ports = slow.map(({ remotePort, localPort }) => [remotePort as number, localPort as number] as const);
  await eventually('all slow readers have bytes on their way', async () => !(await unsent()).includes(0));
  const answer = await purge(gone);
  const answeredAt = performance.now();
  const left = await Promise.all(ports.map(([from, to]) => unsentBytes(from, to)));
  expect(left).toEqual(ports.map(() => 0));
  expect(answer.image).toBe(gone.id);
  expect(answer.edges.map(({ name, acknowledged }) => [name, acknowledged])).toEqual(
    edges.map((_, i) => [`edge-${i}`, true]),
  );
  for (const edge of edges) expect(await statusOf(edge, gone)).toBe(404);
  const asked = (await Promise.all(stops.map((stop) => stop()))).flat();
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((at) => at > answeredAt)).toEqual([]);
  for (const edge of edges) expect(await statusOf(edge, stays)).toBe(200);
  for (const socket of slow) socket.destroy();
});

it('PU4: an edge that stood still is listed, and catches up before it serves', async () => {
  const [, gone] = images as [Image, Image, Image];
  const stopped = edges[3] as RunningNode;
  expect(await statusOf(stopped, gone)).toBe(200);
  stopped.process.kill('SIGSTOP');
  const asked = statusOf(stopped, gone);
  const answer = await purge(gone);
  const late = answer.edges.filter(({ acknowledged }) => !acknowledged);
  expect(late).toMatchObject([{ name: 'edge-3', afterMs: null, detail: expect.stringMatching('catch up') }]);
  stopped.process.kill('SIGCONT');
  // Both what was asked while it stood still, and what is asked at once.
  expect([await asked, await statusOf(stopped, gone)]).toEqual([404, 404]);
});

it('PU4: an edge that was dead catches up before it serves', async () => {
  const [, , gone] = images as [Image, Image, Image];
  const before = edges[5] as RunningNode;
  await before.kill('SIGKILL');
  const answer = await purge(gone);
  expect(answer.edges.find(({ name }) => name === 'edge-5')?.acknowledged).toBe(false);
  const port = Number(new URL(before.url).port);
  const starting = fleet.startEdge({ name: 'edge-5', data: before.data, port, peerPort: before.peerPort });
  const answers = new Set<number | 'cut'>();
  let isReady = false;
  void starting.then(() => (isReady = true));
  while (!isReady) answers.add(await statusOf(before, gone));
  edges[5] = await starting;
  answers.add(await statusOf(edges[5], gone));
  answers.delete('cut');
  expect([...answers]).toEqual([404]);
});
