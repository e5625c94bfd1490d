/** Seeds that once broke a rule. Each says what it found; the run must be clean now. */
import { describe, it } from 'vitest';
import { runRandomScenario } from './random-scenario.ts';

describe('drawn swarms that found something', () => {
  it('seed 133: a block that could not be read for a link that had closed left the piece on the books for ever', () => {
    runRandomScenario(133);
  });
});
