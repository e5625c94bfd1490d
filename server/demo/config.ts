/** The demo's flags. */
import path from 'node:path';
import { defineFlags } from '../../shared/node/config/flags.ts';
import { count, path as pathKind } from '../../shared/node/config/kinds.ts';
import { packageVersion } from '../../shared/node/process/version.ts';
import { EDGES_MAX } from './fleet/demo-fleet.ts';

/** Of the checkout, wherever the command is run. */
const DATA = path.resolve(import.meta.dirname, '../../../.demo');

export const DEMO_COMMAND = {
  name: 'demo',
  summary: 'Starts an origin, edges and a sample shop on this machine, and prints their addresses.',
  version: packageVersion(),
  flags: defineFlags({
    edges: {
      kind: count('count', 'edges', 1, EDGES_MAX),
      default: 4,
      description: 'edges at the start; the fleet page adds more',
    },
    data: {
      kind: pathKind,
      default: DATA,
      defaultText: '.demo',
      description: 'folder that keeps catalog, images, admin token and logs',
    },
  }),
};
