/** A folder that is gone when the test is. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export function tempDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'shoal-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
