/** The shelves of the shop, as links: each is a page of its own for those who open it elsewhere. */
import type { JSX } from 'preact';
import { type ProductView, productViewPath } from '../catalog/find-products.ts';

export interface CategoryBarProps {
  readonly categories: readonly string[];
  readonly view: ProductView;
  readonly onChange: (view: ProductView) => void;
}

export function CategoryBar({ categories, view, onChange }: CategoryBarProps): JSX.Element {
  return (
    <nav class="categories" aria-label="Categories">
      <ul>
        {['', ...categories].map((category) => (
          <li key={category}>
            <a
              class="categories__link"
              href={productViewPath({ ...view, category })}
              aria-current={category === view.category ? 'page' : undefined}
              dir="auto"
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
                event.preventDefault();
                onChange({ ...view, category });
              }}
            >
              {category === '' ? 'All' : category}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
