/** Images and products as the desk sees them: with where they are in the fleet, and what was uploaded. */
import type { AdminImage, AdminProduct, Spread } from '../../shared/api-types/admin.ts';
import type { StoredImage, StoredProduct } from '../catalog/catalog-api.ts';
import { presentImage, presentProduct } from '../http/present.ts';

interface View {
  readonly publicUrl: () => string;
  readonly spread: (entry: number) => Spread;
}

export function presentAdminImage(stored: StoredImage, { publicUrl, spread }: View): AdminImage {
  const { productId, sourceBytes, entryNumber } = stored;
  return { ...presentImage(stored, publicUrl()), productId, sourceBytes, edges: spread(entryNumber) };
}

export function presentAdminProduct(stored: StoredProduct, view: View): AdminProduct {
  return {
    ...presentProduct(stored, view.publicUrl()),
    images: stored.images.map((image) => presentAdminImage(image, view)),
  };
}
