/** The shop's pages as they leave the origin: readable without script, and every word of theirs is text. */
import { describe, expect, it } from 'vitest';
import type { EdgeInfo } from '../../../shared/api-types/status.ts';
import { parsePageData } from '../../../storefront/src/page-data.ts';
import { productOf, useShop } from '../support/shop-fixture.ts';

const HOSTILE = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)> $& & <!-- `;

const shop = useShop();
const dataOf = (page: string) =>
  parsePageData(/<script type="application\/json" id="page-data">(.*?)<\/script>/.exec(page)?.[1], 'https:');

describe('without script', () => {
  it('the list has each product with its link, price, and a photo by a negotiated address', async () => {
    shop.products = [productOf('a'), productOf('b')];
    const { text, headers } = await shop.request().get('/').expect(200);
    expect(headers['cache-control']).toBe('no-cache');
    const plain = /<noscript>([\s\S]*)<\/noscript>/.exec(text)?.[1] ?? '';
    for (const { id, title, images } of shop.products) {
      expect(plain).toContain(`href="/product/${id}"`);
      expect(plain).toContain(title);
      expect(plain).toContain(`/images/${images[0]?.id}?w=640 640w`);
    }
    expect(plain).toContain('€42.50');
    expect(plain).not.toMatch(/ style=| on[a-z]+=/);
  });

  it('a long list has pages and shelves, and beyond the last there is nothing', async () => {
    shop.products = Array.from({ length: 50 }, (_, index) =>
      productOf(`p${index}`, { category: index < 49 ? 'A & B' : 'C' }),
    );
    const first = await shop.request().get('/').expect(200);
    expect(first.text).toContain('href="/?page=2"');
    expect(first.text).toContain('href="/?category=A%20%26%20B"');
    const second = await shop.request().get('/?page=2').expect(200);
    expect(second.text.match(/<a href="\/product\//g)).toHaveLength(2);
    const shelf = await shop.request().get('/?category=C').expect(200);
    expect(shelf.text.match(/<a href="\/product\//g)).toHaveLength(1);
    for (const path of ['/?page=3', '/?category=none', '/?category=C&page=2'])
      await shop.request().get(path).expect(404);
  });

  it('an empty shop says so', async () => {
    const { text } = await shop.request().get('/').expect(200);
    expect(text).toContain('There are no products here yet.');
  });
});

describe('head', () => {
  it('a product has title, description, canonical address, preview and structured data of its own', async () => {
    shop.products = [productOf('a', { description: 'A bowl.\n\nTurned by hand.', category: 'Kitchen' })];
    const { text } = await shop.request().get('/product/a?from=mail').expect(200);
    expect(text).toContain('<title>Title of a · Shoal Goods</title>');
    expect(text).toContain('<meta name="description" content="A bowl. Turned by hand." />');
    expect(text).toContain('<link rel="canonical" href="https://shop.example/product/a" />');
    expect(text).toContain(
      `<meta property="og:image" content="https://shop.example/images/${shop.products[0]?.images[0]?.id}/320.jpg"`,
    );
    const structured = /<script type="application\/ld\+json">(.*?)<\/script>/.exec(text)?.[1] ?? '';
    expect(JSON.parse(structured)).toMatchObject({
      '@type': 'Product',
      category: 'Kitchen',
      offers: { price: '42.50', priceCurrency: 'EUR' },
    });
    expect(text).not.toContain('<title>none</title>');
  });

  it('an address that nobody answers is a page for a browser, and nothing of ours for a program', async () => {
    const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
    const { text } = await shop.request().get('/products/a').set(browser).expect(404);
    expect(text).toContain('There is nothing here');
    for (const accept of ['*/*', 'application/json'])
      expect((await shop.request().get('/products/a').set({ accept }).expect(404)).text).not.toContain(
        '<noscript>',
      );
    expect((await shop.request().post('/products/a').set(browser).expect(404)).text).not.toContain(
      '<noscript>',
    );
  });

  it('RFC 9110 section 12.5.5: where Accept decides between page and problem, Vary names it on both', async () => {
    const varyOf = async (path: string, accept: string) =>
      (await shop.request().get(path).set({ accept })).headers['vary'];
    expect(await varyOf('/products/a', 'text/html')).toBe('Accept, Accept-Encoding, Accept-Language');
    expect(await varyOf('/products/a', 'application/json')).toBe('Accept');
    expect(await varyOf('/product/none', 'application/json')).toBe('Accept-Encoding, Accept-Language');
  });

  it('what is not there is a 404 that nobody indexes', async () => {
    const { text } = await shop.request().get('/product/none').expect(404);
    expect(text).toContain('<meta name="robots" content="noindex" />');
  });

  it('robots and sitemap name what there is', async () => {
    shop.products = [productOf('a')];
    expect((await shop.request().get('/robots.txt').expect(200)).text).toContain(
      'Sitemap: https://shop.example/sitemap.xml',
    );
    const { text } = await shop.request().get('/sitemap.xml').expect(200);
    expect(text.match(/<loc>/g)).toHaveLength(2);
    expect(text).toContain('<loc>https://shop.example/product/a</loc>');
  });
});

it('the page brings the first products and the edges that live, as its script reads them', async () => {
  shop.products = Array.from({ length: 20 }, (_, index) => productOf(`p${index}`));
  const edge = { name: 'a', url: 'https://a.example', live: true } as EdgeInfo;
  shop.edges = [edge, { ...edge, name: 'gone', url: 'https://b.example', live: false }];
  const { text } = await shop.request().get('/').expect(200);
  const data = dataOf(text);
  expect(data.list?.products.map(({ id }) => id)).toEqual(shop.products.slice(0, 12).map(({ id }) => id));
  expect(data.list?.isComplete).toBe(false);
  expect(data.edges).toEqual([{ name: 'a', url: 'https://a.example' }]);
  expect(text).toContain('<link rel="preconnect" href="https://a.example" />');
  shop.products = shop.products.slice(0, 3);
  expect(dataOf((await shop.request().get('/').expect(200)).text).list?.isComplete).toBe(true);
  expect(dataOf((await shop.request().get('/product/p1').expect(200)).text).product?.id).toBe('p1');
});

it('threat row 27: hostile words stay text in the page, its head and its data', async () => {
  shop.products = [productOf('a', { title: HOSTILE, description: HOSTILE, category: HOSTILE })];
  for (const path of ['/', '/product/a', `/?category=${encodeURIComponent(HOSTILE)}`]) {
    const { text } = await shop.request().get(path).expect(200);
    expect(text.match(/<script/g)).toHaveLength(2);
    expect(text).not.toMatch(/<img src=x|<script>|<!-- /);
  }
  expect(dataOf((await shop.request().get('/')).text).list?.products[0]?.title).toBe(HOSTILE);
});

it('one that is not built says how to build it', async () => {
  const { text } = await shop.request('nowhere').get('/').expect(503);
  expect(text).toContain('npm run build');
});
