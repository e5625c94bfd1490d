/** How far a message is, and as which mark it travels. */
import type { Flight } from '../log/flights.ts';
import type { TravellerKind } from './fish.ts';

/** A message that is not yet known to have arrived is drawn as if it took that long. */
const UNKNOWN_FLIGHT_MS = 1000;

export function partOf({ sentMs, receivedMs }: Flight, atMs: number): number {
  const endMs = Number.isFinite(receivedMs) ? receivedMs : sentMs + UNKNOWN_FLIGHT_MS;
  return Math.min(1, Math.max(0, (atMs - sentMs) / Math.max(0.001, endMs - sentMs)));
}

export function kindOf({ message }: Flight, isLiar: boolean): TravellerKind {
  if (message.kind === 'piece') return isLiar ? 'wrongBlock' : 'block';
  if (message.kind === 'request') return 'request';
  return message.kind === 'have' ? 'have' : 'word';
}
