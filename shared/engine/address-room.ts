/** Which address makes room for a newcomer in a full book (threat row 2). */
import type { PeerId } from '../units.ts';
import type { AddressSource } from './dial-limits.ts';

/** What the book knows of an address, as far as it matters here. */
export interface KnownAddress {
  readonly source: AddressSource;
  /** Dials in a row that led nowhere. */
  readonly failures: number;
  /** Infinity: never again, and so it must not come anew. */
  readonly dialAt: number;
  readonly isDialling: boolean;
  /** Known once a handshake told it. */
  readonly peerId: PeerId | undefined;
}

/** What failed first; else of a source that fills more than half. @returns its key; undefined: the newcomer is dropped */
export function whoMakesRoom(
  known: ReadonlyMap<string, KnownAddress>,
  newcomer: AddressSource,
  maxEntries: number,
): string | undefined {
  return firstFailed(known) ?? firstOfOthers(known, newcomer, maxEntries);
}

function firstFailed(known: ReadonlyMap<string, KnownAddress>): string | undefined {
  for (const [key, { failures, isDialling, dialAt }] of known)
    if (failures > 0 && !isDialling && dialAt !== Number.POSITIVE_INFINITY) return key;
  return undefined;
}

/** The first that never answered, of sources other than the newcomer's, which have more than half of the book. */
function firstOfOthers(
  known: ReadonlyMap<string, KnownAddress>,
  newcomer: AddressSource,
  maxEntries: number,
): string | undefined {
  let theirs = 0;
  for (const { source } of known.values()) if (source !== newcomer) theirs++;
  if (theirs <= maxEntries / 2) return undefined;
  for (const [key, { source, isDialling, peerId }] of known)
    if (source !== newcomer && !isDialling && peerId === undefined) return key;
  return undefined;
}
