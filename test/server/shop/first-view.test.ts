/** What a page shows before its script is there, as it leaves the origin. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { EdgeInfo } from '../../../shared/api-types/status.ts';
import { productOf, SHEET, useShop } from '../support/shop-fixture.ts';

describe('first view', () => {
  const shop = useShop();
  const firstOf = (page: string) => /<main>([\s\S]*?)<\/main>/.exec(page)?.[1] ?? '';
  const edge = { name: 'a', url: 'https://a.example', live: true } as EdgeInfo;
  const get = async (path: string) =>
    firstOf((await shop.request().get(path).set('Accept-Language', 'de')).text);

  it('has the products that the page brings, in the language that the browser asks for, and the first photo', async () => {
    shop.products = Array.from({ length: 14 }, (_, index) =>
      productOf(`p${index}`, { category: index < 2 ? 'A' : 'B' }),
    );
    shop.edges = [edge];
    const list = await get('/');
    expect(list.match(/<li class="card/g)).toHaveLength(12);
    expect(list).toContain('42,50\u00a0€');
    expect(list.match(/<picture>/g)).toHaveLength(1);
    expect(list).toContain(`https://a.example/images/${shop.products[0]?.images[0]?.id}/`);
    expect((await get('/?category=A')).match(/<li class="card/g)).toHaveLength(2);
    const product = await get('/product/p3');
    expect(product).toContain(`https://a.example/images/${shop.products[3]?.images[0]?.id}/`);
    expect(product).not.toMatch(/ style=| on[a-z]+=/);
  });

  it('a long title is set smaller than a short one', async () => {
    shop.products = [productOf('long', { title: 'Very long '.repeat(20) }), productOf('short')];
    expect(await get('/product/long')).toContain('<h1 class="product__title product__title--long"');
    expect(await get('/product/short')).toContain('<h1 class="product__title"');
  });

  it('without an edge the photo waits for the script', async () => {
    shop.products = [productOf('a')];
    expect(await get('/product/a')).not.toContain('<picture>');
  });

  it('what only the script can arrange is left to it', async () => {
    shop.products = [productOf('a')];
    for (const path of ['/?q=bowl', '/?sort=title']) expect(await get(path)).toBe('');
  });

  it.each(['*', 'x'.repeat(2_000), 'de_DE;q=1, en', '\u00fc'])(
    'a language that nobody knows is English: %j',
    async (language) => {
      shop.products = [productOf('a')];
      const { text } = await shop.request().get('/').set('Accept-Language', encodeURI(language)).expect(200);
      expect(firstOf(text)).toContain('42.50');
    },
  );

  it('style sheets stand in the page, and the policy allows these alone', async () => {
    shop.products = [productOf('a')];
    const { text, headers } = await shop.request().get('/').expect(200);
    const sheets = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, sheet]) => sheet ?? '');
    expect(sheets[0]).toBe(SHEET);
    expect(text).not.toContain('rel="stylesheet"');
    const hashes = sheets.map((sheet) => ` 'sha256-${createHash('sha256').update(sheet).digest('base64')}'`);
    expect(headers['content-security-policy']).toBe(
      `default-src 'self'; style-src 'self'${hashes.join('')}; img-src *`,
    );
  });
});
