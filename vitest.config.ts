import { defineConfig } from 'vitest/config';

/** Whole fleets, stock clients and browsers: each file has the machine to itself. */
const WHOLE_SYSTEMS = ['test/system/**/*.test.ts', 'test/interop/**/*.test.ts', 'test/browser/**/*.test.ts'];

// Real sockets and processes are among the parts, and two files share two cores: what fails once is run once more.
// Forks, not threads: native modules (sharp, sqlite) live in the tests' processes.
// A limit ends what hangs; it is no mark: on a machine with other work tests took eight times as long.
const common = { pool: 'forks', testTimeout: 120_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: WHOLE_SYSTEMS,
          maxWorkers: 2,
          retry: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'whole',
          include: WHOLE_SYSTEMS,
          maxWorkers: 1,
          // A dozen processes on two cores, some of them stock clients with timers of a minute: what fails once is
          // run again. What is wrong fails every time.
          retry: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
