/** What each record may hold. A check takes a value of parsed JSON and answers it, typed, or `undefined`. */
import { MESSAGE_KINDS } from '../engine/trace-message.ts';
import type { RankedPeer, RecordOf, RecordType, SetFile } from './record.ts';

export type Check<Value> = (value: unknown) => Value | undefined;

/** More than any log has; keeps indexes small integers. */
const MAX_INDEX = 10_000_000;
const MAX_BYTES = Number.MAX_SAFE_INTEGER;
const MAX_TEXT = 200;
/** Of files of a set, nodes of a ranking, pieces of a wish: what a line's length allows anyway. */
const MAX_LIST = 10_000;

const numberUpTo =
  (most: number): Check<number> =>
  (value) =>
    typeof value === 'number' && value >= 0 && value <= most ? value : undefined;

export const index: Check<number> = (value) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_INDEX
    ? (value as number)
    : undefined;
export const amount = numberUpTo(MAX_BYTES);
export const text: Check<string> = (value) =>
  typeof value === 'string' && value.length <= MAX_TEXT ? value : undefined;
const flag: Check<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);
const hexOf =
  (digits: RegExp): Check<string> =>
  (value) =>
    typeof value === 'string' && digits.test(value) ? value : undefined;
const peerId = hexOf(/^[0-9a-f]{40}$/);
const imageId = hexOf(/^(?:[0-9a-f]{24})?$/);
const held = hexOf(/^(?:all|none|(?:[0-9a-f]{2})+)$/);

export function oneOf<const Values extends readonly string[]>(...values: Values): Check<Values[number]> {
  const known = new Set<unknown>(values);
  return (value) => (known.has(value) ? (value as Values[number]) : undefined);
}

function listOf<Value>(check: Check<Value>): Check<readonly Value[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > MAX_LIST) return undefined;
    const list: Value[] = [];
    for (const item of value) {
      const checked = check(item);
      if (checked === undefined) return undefined;
      list.push(checked);
    }
    return list;
  };
}

/** Fields of an object, by name; what is not named is left out. */
export type Fields<Value> = {
  readonly [Key in keyof Value]-?: Check<Exclude<Value[Key], undefined>> | Optional<Value[Key]>;
};
export interface Optional<Value> {
  readonly optional: Check<Exclude<Value, undefined>>;
}
const optional = <Value>(check: Check<Value>): { readonly optional: Check<Value> } => ({ optional: check });

function objectOf<Value>(fields: Fields<Value>): Check<Value> {
  const entries = Object.entries(fields) as [string, Check<unknown> | Optional<unknown>][];
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return readFields(value as Record<string, unknown>, entries, {}) as Value | undefined;
  };
}

/** Adds the checked fields to `into`. @returns undefined when one is missing or of another form */
export function readFields(
  from: Readonly<Record<string, unknown>>,
  entries: readonly (readonly [string, Check<unknown> | Optional<unknown>])[],
  into: Record<string, unknown>,
): Record<string, unknown> | undefined {
  for (const [name, check] of entries) {
    const isOptional = typeof check !== 'function';
    const value = from[name];
    if (isOptional && value === undefined) continue;
    const checked = (isOptional ? check.optional : check)(value);
    if (checked === undefined) return undefined;
    into[name] = checked;
  }
  return into;
}

const file = objectOf<SetFile>({ name: text, bytes: amount, firstPiece: index, pieceCount: index });
const ranked = objectOf<RankedPeer>({
  peer: index,
  receivedBytesPerSecond: amount,
  sentBytesPerSecond: amount,
  interested: flag,
  snubbed: flag,
  unchoked: flag,
  optimistic: flag,
});

const node = { node: index };
const onLink = { ...node, link: index };
const onSet = { ...node, set: index };
const onChannel = { ...onLink, set: index };
const onPiece = { ...onSet, piece: index };
const onBlock = { ...onChannel, piece: index, block: index };
const aboutNode = {
  ...node,
  name: text,
  role: oneOf('origin', 'edge', 'freeRider', 'liar', 'stranger'),
  peerId,
  upBytesPerSecond: optional(amount),
  downBytesPerSecond: optional(amount),
};
const message = {
  ...onLink,
  kind: oneOf(...MESSAGE_KINDS),
  bytes: amount,
  set: optional(index),
  channel: optional(amount),
  index: optional(amount),
  begin: optional(amount),
  length: optional(amount),
  count: optional(index),
};

/** Of each type of record, but for `t` and `type`. */
export const RECORD_FIELDS: {
  readonly [Type in RecordType]: Fields<Omit<RecordOf<Type>, 't' | 'type'>>;
} = {
  node: aboutNode,
  introduced: aboutNode,
  left: node,
  back: { ...node, peerId },
  act: { act: text, node: optional(index), peer: optional(index), value: optional(amount) },
  set: {
    set: index,
    infoHash: peerId,
    imageId,
    name: text,
    bytes: amount,
    pieceLengthBytes: index,
    pieceCount: index,
    files: listOf(file),
  },
  purged: { set: index },
  joined: { ...onSet, held, want: oneOf('all', 'none') },
  dropped: onSet,
  wanted: { ...onSet, pieces: listOf(index) },
  linkOpened: { ...onLink, direction: oneOf('inbound', 'outbound') },
  linkReady: { ...onLink, peer: index },
  linkEnded: { ...onLink, reason: text },
  channelOpened: { ...onChannel, channel: amount },
  channelClosed: { ...onChannel, channel: amount },
  choked: onLink,
  unchoked: onLink,
  chokedBy: onLink,
  unchokedBy: onLink,
  interested: onChannel,
  notInterested: onChannel,
  interestedBy: onChannel,
  notInterestedBy: onChannel,
  snubbed: onLink,
  notSnubbed: onLink,
  optimistic: { ...node, peer: optional(index) },
  chokingRound: { ...node, ranking: listOf(ranked) },
  banned: { ...node, peer: index, code: text },
  requested: { ...onBlock, gift: flag, expectedMs: amount },
  requestOff: onBlock,
  blockReceived: { ...onBlock, bytes: amount },
  blockWasted: { ...onBlock, bytes: amount },
  blockSent: { ...onBlock, bytes: amount },
  webSeedAsked: { ...onPiece, count: index },
  webSeedPiece: { ...onPiece, bytes: amount },
  pieceVerified: onPiece,
  pieceFlushed: onPiece,
  pieceFailed: onPiece,
  pieceLost: onPiece,
  sent: message,
  received: message,
  clock: node,
  missed: { ...node, count: amount },
};
