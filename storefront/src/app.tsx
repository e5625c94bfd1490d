/** The frame of every page: header, the page itself, footer, bag and image sources. */
import type { JSX } from 'preact';
import { announcement } from './announce.ts';
import { currentVisit } from './navigation.ts';
import { CheckoutPage } from './pages/checkout-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { ProductPage } from './pages/product-page.tsx';
import { ShopPage } from './pages/shop-page.tsx';
import { BagDrawer } from './parts/bag-drawer.tsx';
import { Footer } from './parts/footer.tsx';
import { Header } from './parts/header.tsx';
import { OriginNotice } from './parts/origin-notice.tsx';
import { parseRoute } from './route.ts';
import { useStore } from './store.ts';
import { useNewPageFocus } from './use-new-page-focus.ts';

export function App(): JSX.Element {
  const visit = useStore(currentVisit);
  const mainRef = useNewPageFocus(visit);

  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <Header />
      <OriginNotice />
      <main id="main" ref={mainRef} tabIndex={-1}>
        <Page key={visit.number} path={visit.path} />
      </main>
      <Footer />
      <BagDrawer />
      <Announcements />
    </>
  );
}

function Page({ path }: { readonly path: string }): JSX.Element {
  const route = parseRoute(path);
  switch (route.kind) {
    case 'shop':
      return <ShopPage />;
    case 'product':
      return <ProductPage id={route.id} />;
    case 'checkout':
      return <CheckoutPage />;
    case 'unknown':
      return <NotFoundPage />;
  }
}

function Announcements(): JSX.Element {
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {useStore(announcement)}
    </p>
  );
}
