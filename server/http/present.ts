/** Stored things as the APIs answer them. URLs come from the configuration, never from a request (threat row 38). */
import type { Image, Product } from '../../shared/api-types/catalog.ts';
import { srcsetsOf } from '../../shared/http/srcset.ts';
import { magnetUri } from '../../shared/metainfo/magnet.ts';
import { torrentUrls } from '../../shared/metainfo/origin-urls.ts';
import type { StoredImage, StoredProduct } from '../catalog/catalog-api.ts';

/** @param publicUrl the origin's base URL without trailing slash */
export function presentImage(stored: StoredImage, publicUrl: string): Image {
  const { productId: _, entryNumber: __, position: ___, sourceBytes: ____, ...image } = stored;
  return {
    ...image,
    srcset: srcsetsOf('', image),
    magnet: magnetUri({ ...image, name: image.id, ...torrentUrls(publicUrl) }),
    torrent: `${publicUrl}/torrents/${image.infoHash}.torrent`,
  };
}

export function presentProduct(stored: StoredProduct, publicUrl: string): Product {
  return { ...stored, images: stored.images.map((image) => presentImage(image, publicUrl)) };
}
