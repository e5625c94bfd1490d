/** One photo that somebody wants on a product, from the choice of its file on. Plain values. */
import type { AdminLimits } from '../../../../shared/api-types/admin.ts';
import type { Image } from '../../../../shared/api-types/catalog.ts';
import { canRetry } from '../../../../shared/http/problem.ts';
import type { Refusal } from '../../answers/answer.ts';

export type ItemState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'uploading'; readonly sentBytes: number; readonly totalBytes: number }
  /** `total` is 0 until the origin has begun. */
  | { readonly kind: 'processing'; readonly done: number; readonly total: number }
  | { readonly kind: 'ready'; readonly image: Image }
  | { readonly kind: 'failed'; readonly code: string; readonly detail: string; readonly canRetry: boolean };

export interface UploadItem {
  readonly key: string;
  readonly productId: string;
  readonly file: File;
  readonly alt: string;
  /** Why the image does not have these words. */
  readonly wordsProblem: string | undefined;
  /** Another for each try; undefined before the first. */
  readonly uploadId: string | undefined;
  readonly state: ItemState;
}

/**
 * Failed ones first: they want somebody. The others stay where they are, whatever becomes of them: somebody may be typing
 * in a row, and a row that moves loses the focus.
 * @param items in the order they were added
 */
export function failedFirst<Item extends { readonly kind: ItemState['kind'] }>(
  items: readonly Item[],
): readonly Item[] {
  const isFailed = ({ kind }: Item) => kind === 'failed';
  return [...items.filter(isFailed), ...items.filter((item) => !isFailed(item))];
}

export const isUnderWay = (kind: ItemState['kind']): boolean => kind !== 'ready' && kind !== 'failed';

/** What can be told before a byte is sent; undefined: nothing speaks against it. */
export function refusalBefore(
  file: Pick<File, 'size' | 'type' | 'name'>,
  limits: AdminLimits['photo'],
): ItemState | undefined {
  const failed = (code: string, detail: string) =>
    ({ kind: 'failed', code, detail, canRetry: false }) as const;
  if (file.size === 0) return failed('upload_not_image', 'The file is empty.');
  if (file.size > limits.maxBytes)
    return failed(
      'upload_too_large',
      `The photo is larger than ${limits.maxBytes / 1_048_576} MiB; export it smaller.`,
    );
  // A system that does not know the type says nothing: then the origin judges by the bytes.
  if (file.type !== '' && !limits.types.includes(file.type))
    return failed(
      'upload_type_unsupported',
      `The file is ${file.type}; upload ${limits.types.map(shortType).join(', ')}.`,
    );
  return undefined;
}

/** As people write it: `JPEG`, `WebP`. */
export const shortType = (type: string): string =>
  type === 'image/webp' ? 'WebP' : type.replace('image/', '').toUpperCase();

/** From 0 to 100, of the present step. */
export function percentOf(state: ItemState): number {
  switch (state.kind) {
    case 'uploading':
      return state.totalBytes > 0 ? Math.floor((state.sentBytes / state.totalBytes) * 100) : 0;
    case 'processing':
      return state.total > 0 ? Math.floor((state.done / state.total) * 100) : 0;
    case 'ready':
      return 100;
    default:
      return 0;
  }
}

export function stateWords(state: ItemState): string {
  switch (state.kind) {
    case 'waiting':
      return 'Waiting';
    case 'uploading':
      return `Uploading, ${percentOf(state)} %`;
    case 'processing':
      return state.total > 0 ? `Processing, rendition ${state.done} of ${state.total}` : 'Processing';
    case 'ready':
      return 'Ready';
    case 'failed':
      return state.detail;
  }
}

export function newItem(
  key: string,
  productId: string,
  file: File,
  limits: AdminLimits['photo'],
): UploadItem {
  const state = refusalBefore(file, limits) ?? { kind: 'waiting' };
  return { key, productId, file, alt: '', wordsProblem: undefined, uploadId: undefined, state };
}

/** Whoever signs in again, or finds the network again, can send it again. */
export function failedBy({ status, code, detail }: Refusal): ItemState {
  const mayRetry = status === 0 || status === 401 || canRetry(status, code);
  return { kind: 'failed', code, detail, canRetry: mayRetry };
}

/** Changed, moved or deleted: browsers send nothing of it, and say no more than when the origin is away. */
export const FILE_UNREADABLE: ItemState = {
  kind: 'failed',
  code: 'file_unreadable',
  detail:
    'The file cannot be read: it was changed or moved since it was chosen, or is a folder. Choose it again.',
  canRetry: false,
};

/** An item as lists need it: it changes only when the item's kind of state does. */
export interface ListedItem {
  readonly key: string;
  readonly productId: string;
  readonly kind: ItemState['kind'];
  readonly canRetry: boolean;
}

export function listed({ key, productId, state }: UploadItem): ListedItem {
  return { key, productId, kind: state.kind, canRetry: state.kind === 'failed' && state.canRetry };
}
