/** A fan-out in which nothing goes wrong, over links as in netlab's. */
import type { FanOut } from './fan-out.ts';

export const CALM: Omit<FanOut, 'hosts' | 'sets' | 'mib' | 'peers'> = {
  upKbit: 20_000,
  downKbit: 40_000,
  seedUpKbit: 20_000,
  rttMs: 20,
  seed: 1,
  liars: 0,
  freeRiders: 0,
  kill: 0,
  queueKib: 0,
  frames: false,
};
