/** An edge whose shoppers are all served by one further process. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Compiled, compile } from '../support/compiled.ts';
import { acknowledged, ask, pathOf, warm, withWorkers } from './support/edge-with-workers.ts';
import { type ImageSet, makeImageSet } from './support/image-set.ts';
import { eventually } from './support/test-edge.ts';

let program: Compiled;
beforeAll(async () => {
  program = await compile('edge-node/main.ts');
});
afterAll(() => program.remove());

const withOne = (sets: readonly ImageSet[], ...flags: string[]) => withWorkers(program, 1, sets, ...flags);

test('a cold image comes whole through the worker, which has it in memory then', async () => {
  const set = await makeImageSet(1);
  const { origin, port, url, workers } = await withOne([], '--prefetch', 'none');
  await origin.publish(set);
  expect(workers().length).toBe(1);
  await eventually(async () => expect((await ask(port, pathOf(set))).status).toBe(200));
  const { body } = await ask(port, pathOf(set));
  expect(body.equals(set.files.get('640.jpg') as Buffer)).toBe(true);
  await eventually(async () => {
    const answer = await fetch(url + pathOf(set));
    await answer.arrayBuffer();
    expect(answer.headers.get('cache-status')).toBe('edge; hit; detail=memory');
  });
});

test('PU2: after the acknowledgement the one worker has nothing of the image', async () => {
  const [gone, stays] = [await makeImageSet(1), await makeImageSet(2)];
  const { origin, port } = await withOne([gone, stays]);
  await warm(port, gone);
  await warm(port, stays);
  origin.purge(gone);
  await acknowledged(origin, 4);
  expect((await ask(port, pathOf(gone))).status).toBe(404);
  expect((await ask(port, pathOf(stays))).status).toBe(200);
});

test('the one worker, killed, is replaced at the port that shoppers know, even one that was just free', async () => {
  const set = await makeImageSet(1);
  const { port, workers } = await withOne([set]);
  for (let times = 0; times < 2; times++) {
    const [victim] = workers() as [number];
    process.kill(victim, 'SIGKILL');
    await eventually(async () => expect((await ask(port, pathOf(set))).status).toBe(200));
    expect(workers()).not.toContain(victim);
  }
});

test('PU2: a purge breaks no answer of another image, though the worker asked for both over one connection', async () => {
  const [gone, stays] = [await makeImageSet(1), await makeImageSet(2)];
  const { origin, port, url } = await withOne([], '--prefetch', 'none', '--memory-bytes', '0');
  await origin.leaveSwarm();
  await origin.publish(gone);
  await origin.publish(stays);
  await eventually(async () => expect((await ask(port, pathOf(gone))).status).toBe(200));
  // The rest of the file comes when the purge has been acknowledged.
  const rests: (() => void)[] = [];
  origin.intercept = ({ url: asked, headers }, response) => {
    const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (asked !== pathOf(stays) || first === '') return false;
    const part = (stays.files.get('640.jpg') as Buffer).subarray(Number(first), Number(last) + 1);
    const range = `bytes ${first}-${last}/100000`;
    response.writeHead(206, { 'content-length': part.length, 'content-range': range });
    response.write(part.subarray(0, 20_000));
    rests.push(() => response.end(part.subarray(20_000)));
    return true;
  };
  const answer = await fetch(url + pathOf(stays));
  expect(answer.status).toBe(200);
  origin.purge(gone);
  await acknowledged(origin, 4);
  for (const sendRest of rests) sendRest();
  const body = Buffer.from(await answer.arrayBuffer());
  expect(body.equals(stays.files.get('640.jpg') as Buffer)).toBe(true);
});
