import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Message } from '../parts/messages.tsx';

export function NotFoundPage(): JSX.Element {
  useEffect(() => {
    document.title = 'Not found · Shoal Goods';
  }, []);
  return (
    <Message heading="There is nothing here">
      <p>The page may have moved, or the product is no longer sold.</p>
      <a class="button" href="/" data-page>
        See all products
      </a>
    </Message>
  );
}
