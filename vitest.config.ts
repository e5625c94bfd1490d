import { defineConfig } from 'vitest/config';

// Forks, not threads: native modules (sharp, sqlite) live in the tests' processes.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
