import { mkdir, rm } from 'node:fs/promises';

/** The worker of an origin that was killed may write for some milliseconds more: then removal is tried again. */
export async function emptyFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  await mkdir(path, { recursive: true, mode: 0o700 });
}
