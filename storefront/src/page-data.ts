/** What the origin put into the page beside its words: saves the first visit two questions, one after the other. */
import { parseProduct, parseProductList, type ShopProduct } from './catalog/shop-product.ts';
import { isRecord, type ListedEdge, parseBaseUrl, parseEdgeList } from './edges/known-edge.ts';

export interface PageData {
  /** The first products of the shop. */
  readonly list:
    | {
        readonly products: readonly ShopProduct[];
        /** There are no others. */
        readonly isComplete: boolean;
        readonly categories: readonly string[];
      }
    | undefined;
  /** The one that the page is about. */
  readonly product: ShopProduct | undefined;
  readonly edges: readonly ListedEdge[];
  /** A photo that is on its way already, and the edge it comes from. */
  readonly preload: { readonly imageId: string; readonly url: string } | undefined;
}

const NONE: PageData = { list: undefined, product: undefined, edges: [], preload: undefined };

/** A page from elsewhere, or of another version, simply brings none. */
export function parsePageData(text: string | null | undefined, pageProtocol: string): PageData {
  let data: unknown;
  try {
    data = JSON.parse(text ?? 'null');
  } catch {
    return NONE;
  }
  if (!isRecord(data)) return NONE;
  return {
    list: parseList(data.list),
    product: parseProduct(data.product),
    edges: parseEdgeList(data, pageProtocol) ?? [],
    preload: parsePreload(data.preload, pageProtocol),
  };
}

function parsePreload(value: unknown, pageProtocol: string): PageData['preload'] {
  if (!isRecord(value) || typeof value.imageId !== 'string') return undefined;
  const url = parseBaseUrl(value.url, pageProtocol);
  return url === undefined ? undefined : { imageId: value.imageId, url };
}

function parseList(value: unknown): PageData['list'] {
  const products = parseProductList(value);
  if (products === undefined || !isRecord(value) || !Array.isArray(value.categories)) return undefined;
  return {
    products,
    isComplete: value.isComplete === true,
    categories: value.categories.filter((name) => typeof name === 'string'),
  };
}
