/** The speed at which a run is first shown: slow enough to follow a block with the eye. */
import type { Flights } from '../log/flights.ts';
import { nearestSpeedIndex, SPEEDS } from './speed.ts';

/** So long a block in the middle of the field is on the screen. */
const SEEN_MS = 700;
/** The first ones tell enough. */
const LOOKED_AT = 400;

export function fitSpeed(flights: Flights): number {
  const lasted = flights.all
    .slice(0, LOOKED_AT)
    .filter(({ message, receivedMs }) => message.kind === 'piece' && Number.isFinite(receivedMs))
    .map(({ sentMs, receivedMs }) => receivedMs - sentMs)
    .sort((a, b) => a - b);
  const median = lasted[lasted.length >> 1];
  if (median === undefined) return 0.1;
  return Math.min(1, SPEEDS[nearestSpeedIndex(median / SEEN_MS)] as number);
}
