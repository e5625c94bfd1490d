/** How the heading of a product's page is set, by the origin and by the script alike. */

/** In the product page's large letters it would fill a phone and push the button out of sight. */
const LONG_TITLE_CHARACTERS = 80;

/** Of the product page's heading; a long title is set smaller. */
export function titleClass(title: string): string {
  return title.length > LONG_TITLE_CHARACTERS ? 'product__title product__title--long' : 'product__title';
}
