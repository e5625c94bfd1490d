/** What the engine counts, as the node tells it. */
import type { Engine } from '../engine/engine.ts';
import type { SwarmFigures } from './swarm-node-api.ts';

export const figuresOf = (engine: Engine, readersWaiting: number): SwarmFigures => ({
  links: engine.linkCount,
  channels: engine.channelCount,
  torrentsWanting: engine.wantingCount,
  readersWaiting,
  uploadsWaiting: engine.uploadsWaiting,
  unwrittenBytes: engine.unwrittenBytes,
  counters: engine.counters,
});
