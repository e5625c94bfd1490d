import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storefrontFiles } from '../../../server/api/storefront-files.ts';

let folder: string;
const SCRIPT = 'export const words = 1;\n'.repeat(100);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-pages-'));
  writeFileSync(join(folder, 'index.html'), '<p>the shop</p>');
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets', 'big-abc.js'), SCRIPT);
  writeFileSync(join(folder, 'sw.js'), SCRIPT);
  writeFileSync(join(folder, 'desk.html'), '<p>the desk</p>');
});
afterAll(() => rmSync(folder, { recursive: true }));

const pages = (from = folder) => request(express().use(storefrontFiles(from)));

describe('pages', () => {
  it.each([
    ['/desk', 'the desk'],
    ['/desk/products/abc', 'the desk'],
  ])('%s is %s', async (path, text) => {
    const answer = await pages().get(path).expect(200);
    expect(answer.text).toContain(text);
    expect(answer.headers['cache-control']).toBe('no-cache');
  });

  it.each(['/index', '/desks', '/product', '/desk.htm'])('%s is no page', async (path) => {
    await pages().get(path).expect(404);
  });

  it('scripts go out compressed to those who take it, and are not sent twice', async () => {
    const answer = await pages().get('/assets/big-abc.js').set('accept-encoding', 'br').expect(200);
    expect(answer.headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding' });
    const { etag } = answer.headers;
    const kept = await pages()
      .get('/assets/big-abc.js')
      .set({ 'accept-encoding': 'br', 'if-none-match': `${etag}` });
    expect(kept.status).toBe(304);
    const plain = await pages().get('/assets/big-abc.js').set('accept-encoding', 'identity').expect(200);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.text).toBe(SCRIPT);
    expect(plain.headers.etag).not.toBe(etag);
  });

  it('what stands at the root is asked for anew: a service worker has one name for ever', async () => {
    const answer = await pages().get('/sw.js').expect(200);
    expect(answer.headers['cache-control']).toBe('no-cache');
  });
});
