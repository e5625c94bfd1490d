/** Seeds that once broke a rule. Each says what it found; the run must be clean now. */
import { describe, it } from 'vitest';
import { runRandomScenario } from './random-scenario.ts';

describe('drawn swarms that found something', () => {
  it('seed 133: a block that could not be read for a link that had closed left the piece on the books for ever', () => {
    runRandomScenario(133);
  });

  it('seed 510: a piece on parole, begun anew, was asked twice of one node; the forgotten request was late for ever, and the engine span', () => {
    runRandomScenario(510);
  });

  it('seed 10: a first channel that ended as its link was introduced stood among the quiet ones, and was closed again later', () => {
    runRandomScenario(10);
  });

  it('seed 33: a block came for a request that was given up and made again; the second one stood at a crawling host for ever', () => {
    runRandomScenario(33);
  });
});
