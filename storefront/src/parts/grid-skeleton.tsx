/** Stands where the grid will be, in the same boxes, so that nothing moves when the products come. */
import type { JSX } from 'preact';

const CARDS = 9;

export function GridSkeleton(): JSX.Element {
  return (
    <div class="page" aria-busy="true">
      <div class="intro">
        <h1>Good things, seen well.</h1>
        <div class="search-bar search-bar--waiting" />
      </div>
      <p class="visually-hidden" role="status">
        Loading products
      </p>
      <ul class="grid" aria-hidden="true">
        {Array.from({ length: CARDS }, (_, index) => (
          <li key={index} class={index === 0 ? 'card card--feature' : 'card'}>
            <div class="card__link">
              <div class="photo photo--waiting" />
              <div class="card__text">
                <span class="card__title card__title--waiting" />
                <span class="card__price card__price--waiting" />
              </div>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
