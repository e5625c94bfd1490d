/** The public API: what the shop and edges read. Open to every web page (CORS `*`), and read only. */
import { createHash } from 'node:crypto';
import express, { type Router } from 'express';
import type { ProductList as ProductListAnswer } from '../../shared/api-types/catalog.ts';
import type { FleetControl } from '../../shared/api-types/demo.ts';
import type { EdgeList } from '../../shared/api-types/status.ts';
import { UserError } from '../../shared/errors.ts';
import { withTorrentUrls } from '../../shared/metainfo/origin-urls.ts';
import { type InfoHash, parseInfoHash } from '../../shared/units.ts';
import type { Catalog } from '../catalog/catalog-api.ts';
import { productUnknown } from '../catalog/products.ts';
import { EncodedBody } from '../http/encoded-body.ts';
import { presentProduct } from '../http/present.ts';
import { notFound } from '../http/problem.ts';
import { sendVersioned } from '../http/send-versioned.ts';
import type { ChangeWatch } from './change-watch.ts';
import { ProductList } from './product-list.ts';

export interface ApiOptions {
  readonly catalog: Pick<Catalog, 'listProducts' | 'product' | 'torrent'>;
  readonly changes: ChangeWatch;
  readonly edges: () => EdgeList;
  /** The origin's base URL without trailing slash. */
  readonly publicUrl: () => string;
  readonly fleetControl: FleetControl;
}

/** Long enough to carry a flash crowd, short enough that nobody waits for a new price. */
const LIST_CACHE = 'public, max-age=2';
const IMMUTABLE = 'public, max-age=31536000, immutable';

export function createApi(options: ApiOptions): Router {
  const list = new ProductList(async () => {
    const products = await options.catalog.listProducts();
    const answer: ProductListAnswer = {
      products: products.map((product) => presentProduct(product, options.publicUrl())),
    };
    return JSON.stringify(answer);
  });
  options.changes.watch(list);
  const router = express.Router();
  router.use(['/api', '/torrents'], allowReading);
  router.get('/api/products', async (req, res) => {
    const type = 'application/json; charset=utf-8';
    await sendVersioned(req, res, { ...(await list.get()), type, cache: LIST_CACHE });
  });
  router.get('/api/products/:id', async (req, res) => {
    const product = await options.catalog.product(req.params.id);
    if (!product) throw productUnknown();
    res.set('Cache-Control', LIST_CACHE).json(presentProduct(product, options.publicUrl()));
  });
  router.get('/api/edges', (_req, res) => {
    res.set('Cache-Control', 'no-store').json(options.edges());
  });
  router.get('/api/fleet-control', (_req, res) => {
    res.set('Cache-Control', 'no-store').json(options.fleetControl);
  });
  router.get('/torrents/:file', async (req, res) => {
    const infoHash = infoHashOf(req.params.file);
    const published = infoHash && (await options.catalog.torrent(infoHash));
    if (!published) throw new UserError('torrent_unknown', 404, 'There is no torrent with this info-hash.');
    res.set('Content-Disposition', `attachment; filename="${infoHash}.torrent"`);
    const torrent = withTorrentUrls(published, options.publicUrl());
    const body = new EncodedBody(Buffer.from(torrent.buffer, torrent.byteOffset, torrent.byteLength));
    const type = 'application/x-bittorrent';
    // Other bytes, another tag.
    const version = torrent === published ? infoHash : `${infoHash}-${shortHash(options.publicUrl())}`;
    await sendVersioned(req, res, { body, version, type, cache: IMMUTABLE });
  });
  router.use(['/api', '/torrents'], notFound);
  return router;
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/** `<40 hex digits>.torrent`, in either case: clients print hashes in both. */
function infoHashOf(file: string): InfoHash | undefined {
  const match = /^([0-9a-fA-F]{40})\.torrent$/.exec(file);
  return match?.[1] === undefined ? undefined : parseInfoHash(match[1].toLowerCase());
}

/** Reading is open to pages of any origin; nothing here depends on cookies or on who asks. */
const allowReading: express.RequestHandler = (req, res, next) => {
  res.set('Access-Control-Allow-Origin', '*');
  if (req.method === 'OPTIONS') {
    res.set({ 'Access-Control-Allow-Methods': 'GET, HEAD', 'Access-Control-Max-Age': '86400' });
    res.status(204).end();
  } else if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.set('Allow', 'GET, HEAD, OPTIONS');
    throw new UserError('method_not_allowed', 405, 'The public API is read only.');
  } else next();
};
