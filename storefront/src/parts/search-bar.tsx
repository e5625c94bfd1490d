import type { JSX } from 'preact';
import { PRODUCT_ORDERS, type ProductView, parseProductOrder } from '../catalog/find-products.ts';
import { DownIcon, SearchIcon } from './icons.tsx';

export interface SearchBarProps {
  readonly view: ProductView;
  readonly onChange: (view: ProductView) => void;
}

export function SearchBar({ view, onChange }: SearchBarProps): JSX.Element {
  return (
    <search class="search-bar">
      <form onSubmit={(event) => event.preventDefault()}>
        <label class="search-bar__field">
          <span class="visually-hidden">Search products</span>
          <SearchIcon />
          <input
            type="search"
            name="q"
            placeholder="Search"
            autocomplete="off"
            spellcheck={false}
            value={view.search}
            onInput={(event) => onChange({ ...view, search: event.currentTarget.value })}
          />
        </label>
        <label class="search-bar__order">
          <span class="visually-hidden">Sort by</span>
          <select
            name="sort"
            value={view.order}
            onChange={(event) => onChange({ ...view, order: parseProductOrder(event.currentTarget.value) })}
          >
            {PRODUCT_ORDERS.map((choice) => (
              <option key={choice.order} value={choice.order}>
                {choice.label}
              </option>
            ))}
          </select>
          <DownIcon />
        </label>
      </form>
    </search>
  );
}
