/**
 * Rare branches made common, after FoundationDB: each seed draws which of them happen and how often, so that what a
 * swarm meets once a month is met in every second run. Off when the faults of a run end.
 */
import type { BuggifyPoint } from '../engine/options.ts';
import type { Random } from '../random.ts';

/** What the engine itself asks about, and what happens in the host around it. */
export type SimPoint =
  | BuggifyPoint
  | 'readFails'
  | 'writeFails'
  | 'announceEmpty'
  | 'linkDies'
  | 'linkGoesSilent';
export type Buggify = (point: SimPoint) => boolean;

/** Highest chance per question; the engine asks about picks far more often than a host about links. */
const MOST: Readonly<Record<SimPoint, number>> = {
  pickAny: 0.5,
  endGameNow: 0.5,
  chokeNow: 0.05,
  rotateNow: 0.05,
  closeGreeted: 0.2,
  readFails: 0.01,
  writeFails: 0.02,
  announceEmpty: 0.5,
  linkDies: 0.2,
  linkGoesSilent: 0.05,
};

export interface BuggifySwitch {
  readonly buggify: Buggify;
  readonly drawn: Readonly<Record<string, number>>;
  off(): void;
}

export function drawBuggify(random: Random): BuggifySwitch {
  const drawn: Record<string, number> = {};
  for (const [point, most] of Object.entries(MOST))
    drawn[point] = random.integer(2) === 0 ? 0 : most * random.fraction();
  let isOn = true;
  return {
    drawn,
    buggify: (point) => isOn && random.fraction() < (drawn[point] as number),
    off: () => {
      isOn = false;
    },
  };
}
