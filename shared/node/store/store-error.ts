/**
 * The disk failed us, or does not hold what was asked: nobody's mistake, so a class of its own. A full disk is
 * told apart because the answer to it is another one (evict, then go on).
 */
export type StoreErrorCode =
  /** No space, no quota left: evict something and go on. */
  | 'store_full'
  /** The disk or the file system answered with an error. */
  | 'store_io'
  /** The range is not held (never was, was evicted, or the file is gone). */
  | 'store_missing'
  /** A file's length or content does not fit its root. */
  | 'store_mismatch';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const FULL_ERRNOS = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The system's code of a failed call (`ENOSPC`); undefined when it was no failed call. */
export function errnoOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/** What a failed call means for the store. */
export function toStoreError(cause: unknown, what: string): StoreError {
  if (cause instanceof StoreError) return cause;
  const errno = errnoOf(cause);
  const code: StoreErrorCode =
    errno === undefined
      ? 'store_io'
      : FULL_ERRNOS.has(errno)
        ? 'store_full'
        : errno === 'ENOENT'
          ? 'store_missing'
          : 'store_io';
  return new StoreError(code, `${what}: ${errno ?? String(cause)}`, { cause });
}
