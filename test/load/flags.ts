/** Flags of `npm run load`. */
import path from 'node:path';
import { defineFlags, type FlagValues } from '../../shared/node/config/flags.ts';
import {
  choice,
  count,
  type FlagKind,
  onOff,
  path as pathKind,
  url,
  WrongValue,
} from '../../shared/node/config/kinds.ts';
import { outputFolder } from '../../shared/node/config/output-kinds.ts';
import type { CommandDescription } from '../../shared/node/config/parse-flags.ts';
import { PROJECT } from '../support/fleet.ts';
import { someOf } from '../support/some-of.ts';
import { MODES, type Mode } from './nodes/load-fleet.ts';
import { scenarios } from './scenarios.ts';

/** One after the other. */
export const ALL_SCENARIOS = 'all';
const [firstScenario, ...otherScenarios] = Object.keys(scenarios) as [string, ...string[]];
const scenarioNames: [string, ...string[]] = [firstScenario, ...otherScenarios, ALL_SCENARIOS];

const DEFAULT_MODES: readonly Mode[] = ['origin', 'pull', 'swarm'];

const twoFiles: FlagKind<readonly string[]> = {
  placeholder: 'A.json B.json',
  unit: '',
  parse: (given) => {
    const files = given.split('\n');
    if (files.length !== 2) throw new WrongValue('wants two files: A.json B.json');
    return files.map((name) => path.resolve(name));
  },
};

export const LOAD_FLAGS = defineFlags({
  scenario: {
    kind: choice(...scenarioNames),
    default: 'flash-sale',
    description: `what happens: ${scenarioNames.join(', ')}`,
  },
  modes: {
    kind: someOf(MODES),
    default: DEFAULT_MODES,
    defaultText: DEFAULT_MODES.join(','),
    description: `comma-separated: ${MODES.join(', ')}`,
  },
  prefetch: {
    kind: choice('all', 'none'),
    defaultText: "the scenario's",
    description:
      'whether edges of swarm fetch all that is published; they are started as visitors come, then',
  },
  nginx: { kind: onOff, default: false, description: 'nginx as pull-through caches too, a mode more' },
  edges: { kind: count('count', 'nodes', 1, 64), default: 8, description: 'edges of pull and swarm' },
  visitors: {
    kind: count('rate', 'visitors per second', 1, 10_000),
    defaultText: "the scenario's",
    description: 'new visitors, to all edges together',
  },
  seconds: {
    kind: count('time', 's', 1, 3_600),
    defaultText: "the scenario's",
    description: 'how long visitors come',
  },
  photos: {
    kind: pathKind,
    default: path.join(PROJECT, 'server/demo/photos'),
    defaultText: "the demo's",
    description: 'folder of JPEG photos that products are made from',
  },
  products: {
    kind: count('count', 'products', 11, 10_000),
    default: 12,
    description: 'products in the catalog, of five photos each; ten of them can be in a sale',
  },
  originUp: {
    kind: count('rate', 'Mbit/s', 1, 10_000),
    defaultText: "the scenario's",
    description: "the origin's uplink",
  },
  edgeUp: {
    kind: count('rate', 'Mbit/s', 1, 10_000),
    defaultText: "the scenario's",
    description: "an edge's uplink",
  },
  seed: { kind: count('number', '', 0, 2 ** 47 - 1), default: 1, description: 'same seed, same traffic' },
  timeout: {
    kind: count('time', 's', 1, 600),
    default: 30,
    description: 'after this a shopper gives an image up',
  },
  against: { kind: url, description: 'an origin that runs already: its edges are loaded as they are' },
  out: {
    kind: outputFolder,
    default: path.resolve('load-report'),
    defaultText: './load-report',
    description: 'folder that the report is written to',
  },
  table: { kind: pathKind, description: 'a folder of reports, as of --scenario all: one table of them' },
  compare: { kind: twoFiles, description: 'two results: what differs between them, with intervals' },
});

export type LoadFlags = FlagValues<typeof LOAD_FLAGS>;

export const LOAD_COMMAND: CommandDescription<typeof LOAD_FLAGS> = {
  name: 'load',
  summary: 'Drives shoppers at a Shoal fleet on shaped links: origin alone, pull-through caches, and swarm.',
  version: '1',
  flags: LOAD_FLAGS,
};

/** `--compare A B`: a flag has one value, so the two names become one, apart by a line. */
export function joinCompared(given: readonly string[]): readonly string[] {
  const at = given.indexOf('--compare');
  const [first, second] = given.slice(at + 1);
  if (at < 0 || first === undefined || second === undefined || second.startsWith('--')) return given;
  return [...given.slice(0, at + 1), `${first}\n${second}`, ...given.slice(at + 3)];
}
