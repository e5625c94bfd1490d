/**
 * An edge that departs from the rules and is a real edge in all else: `hostile-edge liar|free-rider FLAGS`. A liar's
 * store changes a byte of each block it reads, so all it sends is wrong; a free rider has no upload slots.
 */

import { EDGE_FLAGS, edgeConfig } from '../../edge-node/config.ts';
import { startEdge } from '../../edge-node/edge.ts';
import { defaultTunables } from '../../shared/engine/options.ts';
import { defineFlags } from '../../shared/node/config/flags.ts';
import { readFlagsOrExit } from '../../shared/node/config/parse-flags.ts';
import { createLogger } from '../../shared/node/process/logger.ts';
import { DiskPieceStore } from '../../shared/node/store/disk-piece-store.ts';

const behaviours: Readonly<Record<'liar' | 'free-rider', () => void>> = {
  liar: () => {
    const { read } = DiskPieceStore.prototype;
    DiskPieceStore.prototype.read = async function lie(...range) {
      const bytes = Uint8Array.from(await read.apply(this, range));
      bytes[bytes.length - 1] = 255 - (bytes[bytes.length - 1] as number);
      return bytes;
    };
  },
  // The rounds would draw a node for the optimistic slot, however few slots there are.
  'free-rider': () => {
    const never = { uploadSlots: 0, chokingRoundMs: 1e9, optimisticRoundMs: 1e9 };
    Object.assign(defaultTunables, never);
  },
};

const [behaviour, ...flags] = process.argv.slice(2) as [keyof typeof behaviours, ...string[]];
behaviours[behaviour]();
const values = readFlagsOrExit(
  {
    name: 'hostile-edge',
    summary: 'An edge that breaks rules, for measurements.',
    version: '1',
    flags: defineFlags(EDGE_FLAGS),
  },
  flags,
);
const config = edgeConfig(values);
await startEdge(config, {
  log: createLogger({ role: 'edge', name: config.name, secrets: [] }),
  onFatal: (error) => {
    console.error(error);
    process.exit(1);
  },
});
