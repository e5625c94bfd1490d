/** What every part of the desk may need, made once in main.tsx. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { DeskProducts } from './products/desk-products.ts';
import type { Drafts } from './products/drafts.ts';
import type { Session } from './session/session.ts';
import type { UploadQueue } from './uploads/upload-queue.ts';

export interface Desk {
  readonly session: Session;
  readonly products: DeskProducts;
  readonly drafts: Drafts;
  readonly uploads: UploadQueue;
  /** Photos for a product; the reason stands in the list for those that cannot be sent. */
  readonly addPhotos: (productId: string, files: readonly File[]) => void;
}

export const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error('useDesk outside of DeskContext');
  return desk;
}
