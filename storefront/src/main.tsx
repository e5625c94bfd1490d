/** Makes the shop's parts and puts the page into #app. */
import { render } from 'preact';
import { App } from './app.tsx';
import { BagStore } from './bag/bag-store.ts';
import { ProductStore } from './catalog/product-store.ts';
import { EdgeWatch } from './edges/edge-watch.ts';
import { watchBrowser } from './edges/watch-browser.ts';
import { ImageLog } from './images/image-log.ts';
import { whenPainted } from './images/when-painted.ts';
import { startNavigation } from './navigation.ts';
import { keepForLater } from './offline/keep-for-later.ts';
import { parsePageData } from './page-data.ts';
import { type Shop, ShopContext } from './shop-context.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/header.css';
import './styles/photo.css';
import './styles/grid.css';
import './styles/product.css';
import './styles/bag.css';
import './styles/checkout.css';
import './styles/plain.css';
import './styles/sources.css';

const brought = parsePageData(document.querySelector('#page-data')?.textContent, location.protocol);
const shop: Shop = {
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

const app = document.querySelector('#app')!;
let standing: HTMLImageElement | null = null;
if (brought.preload !== undefined) {
  const { imageId, url } = brought.preload;
  standing = app.querySelector(`[data-image-id="${CSS.escape(imageId)}"] img`);
  shop.imageLog.preloading(imageId, url, standing !== null);
}
shop.edgeWatch.start();
watchBrowser(shop.edgeWatch);
void shop.products.loadMissing();
startNavigation();
if (import.meta.env.PROD) keepForLater(shop.products.state);
void whenPainted(standing).then(() =>
  render(
    <ShopContext.Provider value={shop}>
      <App />
    </ShopContext.Provider>,
    app,
  ),
);
