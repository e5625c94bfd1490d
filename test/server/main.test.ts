import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ProductList } from '../../shared/api-types/catalog.ts';
import { PROJECT } from '../support/fleet.ts';

let data: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'shoal-main-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await rm(data, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  out(): string;
  errors(): string;
  readonly exit: Promise<{ code: number | null; afterMs: number }>;
}

function run(flags: readonly string[], env: Record<string, string> = {}): Run {
  const script = join(PROJECT, 'dist/server/main.js');
  const child = spawn(process.execPath, [script, ...flags], {
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  children.push(child);
  let out = '';
  let errors = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const started = performance.now();
  const exit = once(child, 'exit').then(([code]) => ({ code, afterMs: performance.now() - started }));
  return { child, out: () => out, errors: () => errors, exit };
}

const FREE = ['--host', '127.0.0.1', '--port', '0', '--peer-port', '0'];

/** The base URL, when the origin says that it runs. */
async function urlOf(origin: Run): Promise<string> {
  const url = () => /origin +(http:\/\/\S+)/.exec(origin.out())?.[1] ?? origin.errors();
  await expect.poll(url, { timeout: 25_000 }).toMatch(/./);
  expect(origin.errors()).toBe('');
  return url();
}

describe('shoal-origin', () => {
  test('a restart keeps the admin token and the catalog; the token is printed once and kept for the owner only', async () => {
    const folder = join(data, 'restart');
    const first = run([...FREE, '--data', folder]);
    const url = await urlOf(first);
    const token = /token (\S{43}) /.exec(first.out())?.[1];
    expect(token).toBeDefined();
    expect((await readFile(join(folder, 'admin-token'), 'utf8')).trim()).toBe(token);
    expect((await stat(join(folder, 'admin-token'))).mode & 0o777).toBe(0o600);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ title: 'Cup', description: '', priceCents: 1, currency: 'EUR' });
    expect((await fetch(`${url}/admin/products`, { method: 'POST', headers, body })).status).toBe(201);
    first.child.kill('SIGTERM');
    expect((await first.exit).code).toBe(0);

    const second = run([...FREE, '--data', folder]);
    const again = await urlOf(second);
    expect(second.out()).not.toContain(token);
    const { products } = (await (await fetch(`${again}/api/products`)).json()) as ProductList;
    expect(products.map(({ title }) => title)).toEqual(['Cup']);
    expect((await fetch(`${again}/admin/products`, { headers })).status).toBe(200);
    expect(second.out().replace(/^admin.*$/m, '')).not.toContain(token);
  });

  test.each(['SIGTERM', 'SIGHUP'] as const)(
    '%s drains and exits 0 within 5 s, with an edge on the feed and a client that holds a connection',
    async (signal) => {
      const origin = run([...FREE, '--data', join(data, 'drain'), '--admin-token', 'given']);
      const url = await urlOf(origin);
      expect(origin.out()).not.toContain('given');
      const edge = new WebSocket(`${url.replace('http', 'ws')}/feed`);
      edge.on('error', () => undefined);
      await once(edge, 'open');
      const { port } = new URL(url);
      const held = connect(Number(port), '127.0.0.1');
      held.on('error', () => undefined);
      await once(held, 'connect');
      held.write('POST /admin/products HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
      const began = performance.now();
      origin.child.kill(signal);
      const { code } = await origin.exit;
      expect(code).toBe(0);
      // The contract's own limit, not a measure of speed.
      expect(performance.now() - began).toBeLessThan(5_000);
      held.destroy();
    },
  );

  test('a port that is taken is one clear line and exit 1', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    for (const flags of [
      ['--port', String(port), '--peer-port', '0'],
      ['--port', '0', '--peer-port', String(port)],
    ]) {
      const origin = run(['--host', '127.0.0.1', ...flags, '--data', join(data, 'taken')]);
      expect((await origin.exit).code).toBe(1);
      expect(origin.errors()).toBe(
        `shoal-origin: port ${port} on 127.0.0.1 is taken; choose another with --port or --peer-port\n`,
      );
    }
    holder.close();
  });

  test('a second origin with the same data folder says so and ends, and what the first is being sent stays', async () => {
    const folder = join(data, 'twice');
    const first = run([...FREE, '--data', folder, '--admin-token', 'given']);
    const url = await urlOf(first);
    const headers = { authorization: 'Bearer given', 'content-type': 'application/json' };
    const body = JSON.stringify({ title: 'Cup', description: '', priceCents: 1, currency: 'EUR' });
    const made = await fetch(`${url}/admin/products`, { method: 'POST', headers, body });
    const { id } = (await made.json()) as { id: string };
    const upload = connect(Number(new URL(url).port), '127.0.0.1');
    await once(upload, 'connect');
    const photo = await readFile(join(PROJECT, 'server/demo/photos/bowl.jpg'));
    upload.write(
      `POST /admin/products/${id}/images HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer given\r\n` +
        'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n' +
        '--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n',
    );
    upload.write(photo.subarray(0, 50_000));
    const uploads = () => readdir(join(folder, 'uploads'));
    await expect.poll(uploads, { timeout: 10_000 }).toHaveLength(1);
    const before = await uploads();

    const second = run([...FREE, '--data', folder]);
    expect((await second.exit).code).toBe(1);
    expect(second.errors().trimEnd().split('\n')).toEqual([
      `shoal-origin: another process has ${folder}; waiting for it to end`,
      `shoal-origin: another origin or edge runs with ${folder}; end it, or give this one a folder of its own with --data`,
    ]);
    expect(await uploads()).toEqual(before);
    upload.destroy();
  });

  test.each([
    [['--port', '99999']],
    [['--nonsense']],
    [['--trusted-proxies', 'localhost']],
    [['--admin-token', 'has space']],
    [['--up-rate', 'fast']],
    [['--tls-cert', '/no/such.pem', '--port', '0', '--peer-port', '0']],
    [['--tls-cert', '/no/such.pem', '--tls-key', '/no/such.key', '--port', '0', '--peer-port', '0']],
  ])('a wrong flag or value is one line and exit 2: %j', async (flags) => {
    const origin = run(flags, { SHOAL_DATA: join(data, 'wrong') });
    expect((await origin.exit).code).toBe(2);
    expect(origin.errors()).toMatch(/^shoal-origin: [^\n]+\n$/);
    expect(origin.errors()).not.toContain('has space');
  });

  test('--help tells every flag of the contract with its variable', async () => {
    const help = run(['--help']);
    expect((await help.exit).code).toBe(0);
    for (const flag of [
      'host',
      'port',
      'data',
      'peer-port',
      'public-url',
      'admin-token',
      'import',
      'fleet-token',
    ])
      expect(help.out()).toContain(`--${flag}`);
    expect(help.out()).toContain('SHOAL_PUBLIC_URL');
  });

  test('flags may come from the environment', async () => {
    const origin = run([], {
      SHOAL_HOST: '127.0.0.1',
      SHOAL_PORT: '0',
      SHOAL_PEER_PORT: '0',
      SHOAL_DATA: join(data, 'environment'),
      SHOAL_PUBLIC_URL: 'https://shop.example/',
    });
    await expect.poll(() => origin.out(), { timeout: 25_000 }).toContain('https://shop.example\n');
  });
});
