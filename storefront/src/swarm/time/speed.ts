/** Speed of the picture: virtual milliseconds per millisecond of the watcher, on a logarithmic scale. */

export const SLOWEST = 1 / 1000;
export const FASTEST = 100;
/** The watcher's own time: a fan-out of half a minute is told in half a minute. */
export const DEFAULT_SPEED = 1;

/** Steps of the slider: the ones people name. Three a decade. */
export const SPEEDS: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100,
];

/** The nearest step to a speed, by ratio: what comes from an address may be anything. */
export function nearestSpeedIndex(speed: number): number {
  let best = 0;
  SPEEDS.forEach((candidate, index) => {
    if (distance(candidate, speed) < distance(SPEEDS[best] as number, speed)) best = index;
  });
  return best;
}

const distance = (a: number, b: number): number => Math.abs(Math.log(a) - Math.log(b));

/** `1/1000`, `1/2`, `1`, `20`, followed by a multiplication sign. */
export function speedWords(speed: number): string {
  return speed >= 1 ? `${Math.round(speed)}×` : `1/${Math.round(1 / speed)}×`;
}
