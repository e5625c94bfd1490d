import type { JSX } from 'preact';
import { PRODUCT_ORDERS, type ProductOrder, parseProductOrder } from '../catalog/find-products.ts';
import { DownIcon, SearchIcon } from './icons.tsx';

export interface SearchBarProps {
  readonly search: string;
  readonly order: ProductOrder;
  readonly onChange: (search: string, order: ProductOrder) => void;
}

export function SearchBar({ search, order, onChange }: SearchBarProps): JSX.Element {
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
            value={search}
            onInput={(event) => onChange(event.currentTarget.value, order)}
          />
        </label>
        <label class="search-bar__order">
          <span class="visually-hidden">Sort by</span>
          <select
            name="sort"
            value={order}
            onChange={(event) => onChange(search, parseProductOrder(event.currentTarget.value))}
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
