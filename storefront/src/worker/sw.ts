/** Keeps what a shopper has seen, so that another visit shows it without a network. Built as `/sw.js`. */
import type { FailedImage, WorkerMessage } from '../offline/worker-message.ts';
import { type Rule, ruleFor } from './asset-rules.ts';
import { BoundedCache } from './bounded-cache.ts';

/** What is used of ServiceWorkerGlobalScope: TypeScript's library for workers cannot stand beside that for pages. */
interface WorkerScope {
  readonly location: Location;
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}

interface WorkerEvent {
  readonly request: Request;
  readonly data?: WorkerMessage;
  respondWith(answer: Promise<Response>): void;
  waitUntil(work: Promise<unknown>): void;
}

const worker = self as unknown as WorkerScope;
const { origin } = worker.location;
/** Photos of a few hundred products: a share of a phone's storage that nobody misses. */
const images = new BoundedCache('shoal-images-1', { entries: 600, bytes: 48 * 2 ** 20 });
const pages = new BoundedCache('shoal-pages-1', { entries: 60, bytes: 12 * 2 ** 20 });
const assets = new BoundedCache('shoal-assets-1', { entries: 40, bytes: 4 * 2 ** 20 });

/** Images that are being fetched, by address. */
const underWay = new Map<string, AbortController>();

worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const rule = ruleFor(event.request, origin);
  if (rule.kind !== 'pass') event.respondWith(answer(rule, event));
});
worker.addEventListener('message', (event) => {
  const { seen = [], published, failed } = event.data ?? {};
  event.waitUntil(Promise.allSettled(seen.map(({ url, mode }) => keepSeen(url, mode))));
  if (failed !== undefined) event.waitUntil(forget(failed));
  if (published !== undefined) event.waitUntil(forgetOthers(new Set(published)));
});

type Kept = Exclude<Rule, { kind: 'pass' }>;

function answer(rule: Kept, event: WorkerEvent): Promise<Response> {
  const { request } = event;
  switch (rule.kind) {
    case 'image':
      return keptFirst(rule, event, () => fetchImage(request, rule.imageId));
    case 'asset':
      return keptFirst(rule, event, () => fetch(request));
    case 'products':
      return networkFirst(rule, event);
    case 'page':
      return networkFirst(rule, event, `${origin}/`);
  }
}

function cacheFor({ kind }: Kept): BoundedCache {
  if (kind === 'image') return images;
  return kind === 'asset' ? assets : pages;
}

async function keptFirst(rule: Kept, event: WorkerEvent, ask: () => Promise<Response>): Promise<Response> {
  const { key } = rule;
  const cache = cacheFor(rule);
  const kept = await cache.match(key);
  if (kept !== undefined) return kept;
  const response = await ask();
  const put = response.status === 200 ? cache.put(key, response.clone()) : Promise.resolve();
  event.waitUntil(put.then(() => settle(event.request.url, key)));
  return response;
}

/** The page may have turned from an image while it was being put away. */
async function settle(url: string, key: string): Promise<void> {
  const letGo = underWay.get(url);
  underWay.delete(url);
  if (letGo?.signal.aborted) await images.delete(key);
}

/**
 * An answer that refuses counts as the network's too: what is gone there is gone here. That the server failed is what
 * a proxy says of an origin that is down.
 */
async function networkFirst({ key }: Kept, event: WorkerEvent, otherwise?: string): Promise<Response> {
  const kept = async () =>
    (await pages.match(key)) ?? (otherwise === undefined ? undefined : await pages.match(otherwise));
  try {
    const response = await fetch(event.request);
    if (response.status >= 500) return (await kept()) ?? response;
    if (response.status === 200) event.waitUntil(pages.put(key, response.clone()));
    if (isGone(response) && !hasQuery(event.request)) event.waitUntil(pages.delete(key));
    return response;
  } catch (error) {
    const found = await kept();
    if (found === undefined) throw error;
    return found;
  }
}

const isGone = ({ status }: Response) => status === 404 || status === 410;

/** One key stands for all views of a page: a shelf that is gone leaves the others. */
const hasQuery = ({ url }: Request) => new URL(url).search !== '';

/** With CORS, which every node allows: an opaque answer counts for megabytes of the storage, and hides its errors. */
async function fetchImage({ url }: Request, imageId: string): Promise<Response> {
  const letGo = new AbortController();
  underWay.set(url, letGo);
  try {
    return await fetch(url, { mode: 'cors', credentials: 'omit', signal: letGo.signal });
  } catch (error) {
    underWay.delete(url);
    // Online the page asks another edge. Offline another width is better than none.
    const other = navigator.onLine ? undefined : await anyWidth(imageId);
    if (other === undefined) throw error;
    return other;
  }
}

async function anyWidth(imageId: string): Promise<Response | undefined> {
  const widthOf = (key: string) => Number.parseInt(key.slice(key.lastIndexOf('/') + 1), 10);
  const [widest] = (await keptWidths(imageId)).sort((a, b) => widthOf(b) - widthOf(a));
  return widest === undefined ? undefined : images.match(widest);
}

/** What the page had before the worker was there; most of it lies in the browser's own cache. */
async function keepSeen(url: string, mode: string): Promise<void> {
  const rule = ruleFor({ url, method: 'GET', mode }, origin);
  if (rule.kind === 'pass' || (await cacheFor(rule).match(rule.key)) !== undefined) return;
  const response = await fetch(url, { mode: 'cors', credentials: 'omit', cache: 'force-cache' });
  if (response.status === 200) await cacheFor(rule).put(rule.key, response);
}

/**
 * An image that the page turned from. What was kept of it would stand in the way of what another edge has, and Chromium
 * does not tell a worker that nobody waits: an edge that stalls would keep all its connections, probes and all.
 */
async function forget({ imageId, url }: FailedImage): Promise<void> {
  const address = `${url}/images/${imageId}/`;
  for (const [asked, letGo] of underWay) if (asked.startsWith(address)) letGo.abort();
  for (const key of await keptWidths(imageId)) {
    const kept = await images.match(key);
    if (kept?.url.startsWith(address)) await images.delete(key);
  }
}

const keptWidths = async (imageId: string) =>
  (await images.keys()).filter((key) => key.includes(`/${imageId}/`));

/** Images of products that are gone. */
async function forgetOthers(published: ReadonlySet<string>): Promise<void> {
  const gone = (await images.keys()).filter((key) => !published.has(key.split('/').at(-2) ?? ''));
  await Promise.all(gone.map((key) => images.delete(key)));
}
