/** The shop's pages, filled with its words: for search engines, for those without script, and for a fast first visit. */
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { Product } from '../../shared/api-types/catalog.ts';
import type { EdgeList } from '../../shared/api-types/status.ts';
import { productPath } from '../../shared/http/shop-paths.ts';
import type { ChangeWatch } from '../api/change-watch.ts';
import { KeptUntilChange } from '../api/kept-until-change.ts';
import type { Catalog, StoredProduct } from '../catalog/catalog-api.ts';
import { allowSheets } from '../http/allow-sheets.ts';
import { presentProduct } from '../http/present.ts';
import { type FirstView, firstList, firstProduct, NO_FIRST_VIEW, type Visit } from './first-view.ts';
import { dataBlock, type Html, html } from './html.ts';
import { KeptPages } from './kept-pages.ts';
import { liveEdges, shownOf } from './page-data.ts';
import { pageHead, privateHead, productWords, shopWords } from './page-head.ts';
import { PageTemplate } from './page-template.ts';
import { PLAIN_PAGE_PRODUCTS, plainList, plainProduct } from './plain-pages.ts';
import { type LargestPhoto, preloadOf, stagePhoto } from './preload.ts';
import { makeShelf, type Shelf } from './shelf.ts';

export interface ShopOptions {
  readonly catalog: Pick<Catalog, 'listProducts' | 'product'>;
  readonly changes: ChangeWatch;
  readonly edges: () => EdgeList;
  /** The origin's base URL without trailing slash. */
  readonly publicUrl: () => string;
  /** Of the built storefront. */
  readonly folder: string;
}

export interface Shop {
  readonly pages: Router;
  /** For addresses that nobody answers: a page for who would rather read one, such as a shopper; others pass. */
  readonly lost: RequestHandler;
}

/** What a page says; the edges come with each answer, for they come and go by the second. */
interface PageParts {
  readonly status: 200 | 404;
  readonly head: Html;
  readonly plain: Html;
  readonly first: (visit: Visit) => FirstView;
  readonly data: object;
  /** undefined: the page has no photo, or none that stands out. */
  readonly largest?: LargestPhoto | undefined;
}

interface PageMakings {
  readonly template: PageTemplate;
  readonly pages: KeptPages;
  readonly edges: ReturnType<typeof liveEdges>;
}

/** Connections that are open when the script has chosen an edge save its first photo a round trip. */
const MOST_PRECONNECTS = 4;
/** Sitemaps end there (sitemaps.org). */
const MOST_SITEMAP_URLS = 50_000;
const NOT_FOUND = html`<main class="plain page"><h1>There is nothing here</h1><p><a href="/">See all products</a></p></main>`;
const CHECKOUT = html`<main class="plain page"><h1>Checkout</h1><p>The bag of this sample shop needs JavaScript. <a href="/">See all products</a></p></main>`;

export function createShop(options: ShopOptions): Shop {
  const { catalog, changes, publicUrl } = options;
  const kept = new KeptUntilChange<Shelf>();
  changes.watch(kept);
  const present = (product: StoredProduct) => presentProduct(product, publicUrl());
  const shelf = () => kept.get('', async () => makeShelf((await catalog.listProducts()).map(present)));
  const template = new PageTemplate(options.folder);
  const pages = new KeptPages();
  const send = (req: Request, res: Response, parts: PageParts) =>
    sendPage({ template, pages, edges: liveEdges(options.edges()) }, req, res, parts);
  const router = express.Router();

  router.get('/', async (req, res) => {
    await send(req, res, listParts(await shelf(), listQuery(req), publicUrl()));
  });
  router.get('/product/:id', async (req, res) => {
    const product = await catalog.product(req.params.id);
    const parts = product === undefined ? NOTHING : productParts(present(product), publicUrl());
    await send(req, res, parts);
  });
  router.get('/checkout', (req, res) => send(req, res, CHECKOUT_PARTS));
  router.get('/robots.txt', (_req, res) => {
    const lines = ['User-agent: *', 'Disallow: /admin/', 'Disallow: /desk', 'Disallow: /checkout'];
    res.type('text/plain').send([...lines, `Sitemap: ${publicUrl()}/sitemap.xml`, ''].join('\n'));
  });
  router.get('/sitemap.xml', async (_req, res) => {
    const products = (await shelf()).items.slice(0, MOST_SITEMAP_URLS - 1);
    const paths = ['/', ...products.map(({ id }) => productPath(id))];
    const entries = paths.map((path) => html`<url><loc>${publicUrl() + path}</loc></url>`);
    const body = html`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries}</urlset>`;
    res.type('application/xml').send(`<?xml version="1.0" encoding="UTF-8"?>${body.text}`);
  });
  const lost: RequestHandler = async (req, res, next) => {
    if (!/^(?:GET|HEAD)$/.test(req.method)) return next();
    res.vary('Accept');
    if (req.accepts(['json', 'html']) !== 'html') return next();
    await send(req, res, NOTHING);
  };
  return { pages: router, lost };
}

const first = () => NO_FIRST_VIEW;
const NOTHING: PageParts = {
  status: 404,
  head: privateHead('Not found'),
  plain: NOT_FOUND,
  first,
  data: {},
};
const CHECKOUT_PARTS: PageParts = {
  status: 200,
  head: privateHead('Checkout'),
  plain: CHECKOUT,
  first,
  data: {},
};

interface ListQuery {
  /** Empty: all. */
  readonly category: string;
  /** From 1. */
  readonly page: number;
  /** Searched or in another order: only the script knows what is to be shown. */
  readonly isArranged: boolean;
}

function listQuery({ query: { category, page, q, sort } }: Request): ListQuery {
  return {
    category: typeof category === 'string' ? category : '',
    page: typeof page === 'string' && /^[1-9]\d{0,4}$/.test(page) ? Number(page) : 1,
    isArranged: q !== undefined || sort !== undefined,
  };
}

function listParts(shelf: Shelf, { category, page, isArranged }: ListQuery, publicUrl: string): PageParts {
  const { categories, data } = shelf;
  const brought = new Set(shelf.items.slice(0, data.products.length));
  const items = category === '' ? shelf.items : shelf.items.filter((item) => item.category === category);
  const isThere = items.length > (page - 1) * PLAIN_PAGE_PRODUCTS || (page === 1 && category === '');
  return {
    status: isThere ? 200 : 404,
    head: pageHead(shopWords(publicUrl, category, page)),
    plain: plainList({ items, categories, category, page }),
    first: (visit) =>
      items.length === 0 || isArranged
        ? NO_FIRST_VIEW
        : firstList({ items: items.filter((item) => brought.has(item)), categories, category }, visit),
    data: { list: data },
    largest: category === '' ? shelf.feature : undefined,
  };
}

function productParts(product: Product, publicUrl: string): PageParts {
  return {
    status: 200,
    head: pageHead(productWords(product, publicUrl)),
    plain: plainProduct(product),
    first: (visit) => firstProduct(product, visit),
    data: { product: shownOf(product) },
    largest: product.images[0] && stagePhoto(product.images[0]),
  };
}

async function sendPage(
  { template, pages, edges }: PageMakings,
  req: Request,
  res: Response,
  parts: PageParts,
): Promise<void> {
  const preconnects = edges
    .slice(0, MOST_PRECONNECTS)
    .map(({ url }) => html`<link rel="preconnect" href="${url}" />`);
  const { largest } = parts;
  const preload = largest && preloadOf(largest, edges);
  const photo = largest && preload && { url: preload.from.url, largest };
  const { markup, rules } = parts.first({ language: languageOf(req), photo });
  const data = dataBlock('application/json', { ...parts.data, edges, preload: preload?.from }, 'page-data');
  const head = html`${preload?.link}${preconnects}${parts.head}${data}`;
  const { text, sheetHashes } = await template.fill({ head, first: markup, rules, plain: parts.plain });
  allowSheets(res, sheetHashes);
  const { coding, bytes } = await pages.body(text).for(req.get('accept-encoding'));
  res.vary('Accept-Encoding, Accept-Language');
  res.status(parts.status).set({
    'Cache-Control': 'no-cache',
    'Content-Type': 'text/html; charset=utf-8',
    ...(coding === undefined ? {} : { 'Content-Encoding': coding }),
  });
  res.send(bytes);
}

/** The first that the browser names, as its script will write prices; one that nobody knows is English. */
function languageOf(req: Request): string {
  const [first = '*'] = req.acceptsLanguages();
  try {
    return Intl.getCanonicalLocales(first)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
