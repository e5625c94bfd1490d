/** Behind a stock cache that keeps all it may: nginx, with a lifetime of its own for every status. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serveImages } from '../shared/node/http/serve.ts';
import { eventually } from '../support/fleet.ts';
import { freePort } from '../support/free-port.ts';
import { type Answer, askPort, rawExchange } from '../support/http-client.ts';
import { tempDirectory } from '../support/temp-directory.ts';

const NGINX = '/usr/sbin/nginx';
const CHROME = 'image/avif,image/webp,image/*,*/*;q=0.8';

const configuration = (folder: string, port: number, upstream: number) => `
daemon off; master_process off; worker_processes 1;
pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  proxy_cache_path ${folder}/cache keys_zone=images:1m;
  large_client_header_buffers 4 64k;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
      proxy_cache images;
      proxy_cache_valid any 1h;
      add_header X-Cache $upstream_cache_status always;
    }
  }
}`;

async function behindNginx() {
  const served = await serveImages();
  const folder = tempDirectory();
  const port = await freePort();
  mkdirSync(join(folder, 'cache'));
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, served.server.port));
  const nginx = spawn(NGINX, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  onTestFinished(() => ended(nginx));
  await eventually('nginx answers', () => askPort(port, '/ready').then(Boolean, () => false));
  const image = `/images/${served.source.published.id}`;
  const ask = async (path: string, headers = {}, method = 'GET') => {
    const answer = await askPort(port, `${image}${path}`, headers, method);
    return { ...answer, cache: answer.headers['x-cache'] };
  };
  return { ...served, ask, port, image };
}

function ended(process: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    process.once('exit', () => resolve());
    process.kill('SIGQUIT');
  });
}

const told = ({ status, cache }: Answer & { cache: unknown }) => [status, cache];

describe.skipIf(!existsSync(NGINX))('nginx as a cache before a node', () => {
  test('cc-freshness: a named file is stored and used again', async () => {
    const { ask, source } = await behindNginx();
    expect(told(await ask('/640.jpg'))).toEqual([200, 'MISS']);
    const again = await ask('/640.jpg');
    expect(told(again)).toEqual([200, 'HIT']);
    expect(again.body.equals(source.bytes.get('640.jpg')!)).toBe(true);
  });

  test.each([
    ['an oversize field', `X: ${'x'.repeat(20_000)}`, 431],
    ['a condition that fails', 'If-Match: "x"', 412],
  ])(
    'threat row 39: an error that a client brought about (%s) is not kept for others',
    async (_title, field, status) => {
      const { ask, port, image } = await behindNginx();
      const request = `GET ${image}/640.jpg HTTP/1.1\r\nHost: a\r\n${field}\r\nConnection: close\r\n\r\n`;
      const refused = await rawExchange(port, request);
      expect(Number(refused.slice(9, 12))).toBe(status);
      expect((await ask('/640.jpg')).status).toBe(200);
    },
  );

  test.each(['\x01', '\x7f', '\x0b', '\x00'])(
    'threat row 39: a control character (%j) in a header leaves no error behind',
    async (character) => {
      const { ask, port, image } = await behindNginx();
      const request = `GET ${image}/640.jpg HTTP/1.1\r\nHost: a\r\nX: a${character}b\r\nConnection: close\r\n\r\n`;
      await rawExchange(port, request);
      expect((await ask('/640.jpg')).status).toBe(200);
    },
  );

  test('threat row 39: what is unknown now is found once it is published', async () => {
    const { ask, source } = await behindNginx();
    const image = source.image;
    source.image = () => undefined;
    expect((await ask('/640.jpg')).status).toBe(404);
    source.image = image;
    expect(told(await ask('/640.jpg'))).toEqual([200, 'MISS']);
  });

  test('vary-match, vary-no-match: each class of Accept gets its own variant, also after JPEG was stored', async () => {
    const { ask } = await behindNginx();
    const type = async (accept: string) => (await ask('?w=640', { accept })).headers['content-type'];
    expect(await type('*/*')).toBe('image/jpeg');
    expect(await type(CHROME)).toBe('image/avif');
    expect(await type('*/*')).toBe('image/jpeg');
    expect((await ask('?w=640', { accept: CHROME })).cache).toBe('HIT');
  });

  test('conditional-etag-strong-respond, partial: the cache answers by our ETag and cuts our ranges', async () => {
    const { ask, source } = await behindNginx();
    const { headers } = await ask('/640.jpg');
    expect(told(await ask('/640.jpg', { 'if-none-match': headers.etag }))).toEqual([304, 'HIT']);
    const part = await ask('/640.jpg', { range: 'bytes=5-9' });
    expect(told(part)).toEqual([206, 'HIT']);
    expect(part.body.equals(Buffer.from(source.bytes.get('640.jpg')!).subarray(5, 10))).toBe(true);
    const head = await ask('/640.jpg', {}, 'HEAD');
    expect([...told(head), head.headers['content-length']]).toEqual([200, 'HIT', '60000']);
  });
});
