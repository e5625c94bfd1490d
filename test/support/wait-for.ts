/** Waiting for what real sockets, files and processes do. */
import { vi } from 'vitest';

/** Ends what hangs, and is no mark: the library's own second is one where two cores carry a fleet and a browser. */
const LIMIT = { timeout: 10_000, interval: 20 };

/**
 * Asks again until `check` no longer throws; its last error when the limit, 10 s, has passed.
 * @returns what `check` returned at last
 */
export function waitFor<T>(
  check: () => T | Promise<T>,
  options: { timeout?: number; interval?: number } = {},
): Promise<T> {
  return vi.waitFor(check, { ...LIMIT, ...options });
}
