/** A purge resets the connections that were sent its image, but not the one that asks for it. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OriginFixture, startOriginFixture, TOKEN } from '../support/origin-fixture.ts';

let fixture: OriginFixture;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  fixture = await startOriginFixture();
});

afterAll(async () => {
  agent.destroy();
  await fixture.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly localPort: number | undefined;
}

function ask(method: string, path: string): Promise<Answer> {
  const headers = path.startsWith('/admin') ? { authorization: `Bearer ${TOKEN}` } : {};
  return new Promise((resolve, reject) => {
    const asked = request(
      `${fixture.url}${path}`,
      { method, agent, headers },
      (response: IncomingMessage) => {
        const { localPort } = response.socket;
        response.resume().on('end', () => resolve({ status: response.statusCode, localPort }));
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

test('threat row 45: whoever purges over the connection that the image came by gets the answer', async () => {
  const image = await fixture.upload(10);
  const read = await ask('GET', `/images/${image.id}/160.webp`);
  const purged = await ask('DELETE', `/admin/images/${image.id}`);
  expect([read.status, purged.status]).toEqual([200, 200]);
  expect(purged.localPort).toBe(read.localPort);
});

test('threat row 45: a connection that the image went out on is reset by a purge over another', async () => {
  const image = await fixture.upload(20);
  await ask('GET', `/images/${image.id}/160.webp`);
  const reset = new Promise((resolve) => {
    for (const socket of Object.values(agent.freeSockets).flat()) socket?.once('close', resolve);
  });
  expect((await fixture.admin(`/images/${image.id}`, { method: 'DELETE' })).status).toBe(200);
  await reset;
});
