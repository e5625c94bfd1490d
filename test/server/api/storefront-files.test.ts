import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storefrontFiles } from '../../../server/api/storefront-files.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-pages-'));
  writeFileSync(join(folder, 'index.html'), '<p>the shop</p>');
  writeFileSync(join(folder, 'desk.html'), '<p>the desk</p>');
});
afterAll(() => rmSync(folder, { recursive: true }));

const pages = (from = folder) => request(express().use(storefrontFiles(from)));

describe('pages', () => {
  it.each([
    ['/', 'the shop'],
    ['/product/abc', 'the shop'],
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

  it('says how to build what is not built', async () => {
    const answer = await pages(join(folder, 'nothing')).get('/').expect(503);
    expect(answer.text).toContain('npm run build');
  });
});
