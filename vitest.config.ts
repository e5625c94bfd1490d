import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/** Whole fleets, stock clients and browsers: a dozen processes that mostly wait for each other. */
const WHOLE_SYSTEMS = ['test/system/**/*.test.ts', 'test/interop/**/*.test.ts', 'test/browser/**/*.test.ts'];

/** Neither sockets nor processes, and no module keeps anything: a worker takes one file after another as it is. */
const PURE = [
  'test/shared/*.test.ts',
  'test/shared/!(node)/**/*.test.ts',
  'test/storefront/**/!(edge-watch).test.ts',
  'test/sim/**/*.test.ts',
];

// Real sockets and processes are among the parts, and files share two cores: what fails once is run once more.
// Forks, not threads: native modules (sharp, sqlite) live in the tests' processes.
// A limit ends what hangs; it is no mark: on a machine with other work tests took eight times as long.
const common = {
  pool: 'forks',
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // The library's own second is a mark where two cores carry a fleet, a browser and three other files.
  expect: { poll: { timeout: 10_000 } },
} as const;

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...common,
          name: 'pure',
          include: PURE,
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: [...WHOLE_SYSTEMS, ...PURE],
          // One more than there are cores: a third of their time is waiting.
          maxWorkers: 3,
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          name: 'whole',
          include: WHOLE_SYSTEMS,
          maxWorkers: 2,
          // A dozen processes on two cores, some of them stock clients with timers of a minute: what fails once is
          // run again. What is wrong fails every time.
          retry: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
