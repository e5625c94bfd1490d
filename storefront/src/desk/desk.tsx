/** The frame of the desk: who is signed in, where they are, and how the photos fare. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { announcement } from '../announce.ts';
import { currentVisit, restoreScroll } from '../navigation.ts';
import { ShoalMark } from '../parts/icons.tsx';
import { Message } from '../parts/messages.tsx';
import { useStore } from '../store.ts';
import { useNewPageFocus } from '../use-new-page-focus.ts';
import { useDesk } from './desk-context.ts';
import { type DeskRoute, parseDeskRoute } from './desk-route.ts';
import { Failed } from './parts/notice.tsx';
import { NewProductPage } from './products/new-product-page.tsx';
import { ProductListPage } from './products/product-list-page.tsx';
import { ProductPage } from './products/product-page.tsx';
import { SignIn } from './session/sign-in.tsx';
import { SignOut } from './session/sign-out.tsx';
import { UnusedPage } from './unused/unused-page.tsx';
import { UploadDock } from './uploads/upload-dock.tsx';

export function DeskPage(): JSX.Element {
  const { session } = useDesk();
  const state = useStore(session.state);
  switch (state.kind) {
    case 'asking':
      return <main class="desk-wait" aria-busy="true" />;
    case 'failed':
      return (
        <main>
          <Failed refusal={state.refusal} onRetry={() => void session.resume()} />
        </main>
      );
    case 'out':
      return <SignIn isOver={state.isOver} />;
    case 'in':
      return <SignedIn />;
  }
}

function SignedIn(): JSX.Element {
  const visit = useStore(currentVisit);
  const route = parseDeskRoute(visit.path);
  const mainRef = useNewPageFocus(visit);
  useEffect(() => restoreScroll(), [visit]);
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <DeskHeader path={visit.path} />
      <main id="main" class="page desk-main" ref={mainRef} tabIndex={-1}>
        <Route key={visit.number} route={route} />
      </main>
      <UploadDock shownProductId={route.kind === 'product' ? route.id : undefined} />
      <p class="visually-hidden" role="status" aria-live="polite">
        {useStore(announcement)}
      </p>
    </>
  );
}

function Route({ route }: { readonly route: DeskRoute }): JSX.Element {
  switch (route.kind) {
    case 'products':
      return <ProductListPage />;
    case 'new':
      return <NewProductPage />;
    case 'product':
      return <ProductPage id={route.id} />;
    case 'unused':
      return <UnusedPage />;
    case 'unknown':
      return (
        <Message heading="There is nothing here">
          <a class="button" href="/desk" data-page>
            To the products
          </a>
        </Message>
      );
  }
}

function DeskHeader({ path }: { readonly path: string }): JSX.Element {
  const current = (isSo: boolean) => (isSo ? 'page' : undefined);
  const isUnused = path.startsWith('/desk/unused');
  return (
    <header class="tool-header">
      <div class="header__row tool-header__row">
        <a class="tool-header__home" href="/desk" data-page>
          <ShoalMark />
          <span>Desk</span>
        </a>
        <nav class="tool-header__nav desk-nav" aria-label="Desk">
          <a href="/desk" data-page aria-current={current(!isUnused)}>
            Products
          </a>
          <a href="/desk/unused" data-page aria-current={current(isUnused)}>
            Unused photos
          </a>
          <a href="/" target="_blank" rel="noopener">
            Shop
          </a>
        </nav>
        <SignOut />
      </div>
    </header>
  );
}
