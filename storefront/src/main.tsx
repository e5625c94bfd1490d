/** Makes the shop's parts and puts the page into #app. */
import { render } from 'preact';
import { App } from './app.tsx';
import { BagStore } from './bag/bag-store.ts';
import { keepWrittenPrices } from './catalog/price-words.ts';
import { ProductStore } from './catalog/product-store.ts';
import { EdgeWatch } from './edges/edge-watch.ts';
import { watchBrowser } from './edges/watch-browser.ts';
import { ImageLog } from './images/image-log.ts';
import { whenPainted } from './images/when-painted.ts';
import { startNavigation } from './navigation.ts';
import { nextTask } from './next-task.ts';
import { keepForLater } from './offline/keep-for-later.ts';
import { type PageData, parsePageData } from './page-data.ts';
import { type Shop, ShopContext } from './shop-context.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/header.css';
import './styles/search-bar.css';
import './styles/footer.css';
import './styles/photo.css';
import './styles/grid.css';
import './styles/product.css';
import './styles/bag.css';
import './styles/checkout.css';
import './styles/plain.css';
import './styles/sources.css';
import './styles/print.css';

/** In tasks of their own: together they hold a slow phone for a third of a second. */
async function start(): Promise<void> {
  await nextTask();
  const app = document.querySelector('#app')!;
  const brought = parsePageData(document.querySelector('#page-data')?.textContent, location.protocol);
  const shop = makeShop(brought);
  keepWrittenPrices(app, brought);
  const standing = findStanding(app, shop, brought);
  const painted = whenPainted(standing);
  await nextTask();
  startNavigation();
  if (import.meta.env.PROD) keepForLater(shop.products.state);
  await painted;
  await nextTask();
  shop.edgeWatch.start();
  watchBrowser(shop);
  void shop.products.loadMissing();
  await nextTask();
  render(
    <ShopContext.Provider value={shop}>
      <App />
    </ShopContext.Provider>,
    app,
  );
}

function makeShop(brought: PageData): Shop {
  return {
    products: new ProductStore(brought),
    edgeWatch: new EdgeWatch({
      pageUrl: location,
      fetch: (url, init) => fetch(url, init),
      storage: {
        getItem: (key) => localStorage.getItem(key),
        setItem: (key, text) => localStorage.setItem(key, text),
      },
      nowMs: () => Date.now(),
      listed: brought.edges,
      isHidden: () => document.hidden,
    }),
    imageLog: new ImageLog(),
    bag: new BagStore(),
  };
}

/** The largest photo, when it stands in the page. */
function findStanding(app: Element, { imageLog }: Shop, { preload }: PageData): HTMLImageElement | null {
  if (preload === undefined) return null;
  const standing = app.querySelector<HTMLImageElement>(
    `[data-image-id="${CSS.escape(preload.imageId)}"] img`,
  );
  imageLog.preloading(preload.imageId, preload.url, standing !== null);
  return standing;
}

void start();
