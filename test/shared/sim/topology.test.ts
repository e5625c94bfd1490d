import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import { Simulation } from '../../../shared/sim/simulation.ts';
import { drawTopology } from '../../../shared/sim/topology.ts';

const RATES = { upBytesPerSecond: 1, downBytesPerSecond: 1, latencyMs: 1 };

describe('who knows whom', () => {
  it('is drawn in a swarm of one host more than a host is to know, where it once went on for ever (20 seeds)', () => {
    for (let seed = 0; seed < 20; seed++) {
      const simulation = new Simulation(seed);
      const [origin, ...hosts] = Array.from({ length: 11 }, (_, i) =>
        simulation.addHost({ name: `host ${i}`, ...RATES }),
      );
      const topology = drawTopology(origin!, hosts, 9, seededRandom(seed));
      for (const host of hosts) {
        const told = topology?.get(host)?.filter((other) => other !== origin) ?? [];
        expect(told.length, `seed ${seed}`).toBeLessThanOrEqual(5);
        for (const other of told) expect(topology?.get(other)).not.toContain(host);
      }
    }
  });
});
