/** The relay in a process of its own, so that shoppers and links do not wait for each other. Ends with its parent. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { seededRandom } from '../../../shared/random.ts';
import { Relay } from './relay.ts';
import type { Told, Wanted } from './relay-messages.ts';

const TELL_EVERY_MS = 100;
const lateness = monitorEventLoopDelay({ resolution: 1 });
lateness.enable();

const tell = (told: Told): void => {
  process.send?.(told);
};

process.once('message', (wanted: Wanted) => {
  void open(wanted);
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches all of its processes; the parent says when the links end.
process.on('SIGINT', () => undefined);

async function open({ seed, ...options }: Wanted): Promise<void> {
  const relay = new Relay({ ...options, random: seededRandom(seed) });
  try {
    await relay.listen();
  } catch (error) {
    tell({ type: 'failed', message: (error as Error).message });
    return;
  }
  tell({ type: 'open' });
  setInterval(() => {
    // The histogram's own timer is one of a millisecond.
    const lateMs = Math.max(0, lateness.percentile(99) / 1e6 - 1);
    tell({ type: 'traffic', atMs: Date.now(), traffic: relay.traffic(), lateMs });
  }, TELL_EVERY_MS);
}
