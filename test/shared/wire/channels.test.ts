import { describe, expect, it } from 'vitest';
import { PeerError } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { InfoHash } from '../../../shared/units.ts';
import {
  encodeAccept,
  encodeClose,
  encodeGive,
  encodeMessageEnvelope,
  encodeOpen,
  parseChannelMessage,
  type ToldPieces,
} from '../../../shared/wire/channels.ts';
import { decodeMessage } from '../../../shared/wire/decode-message.ts';
import { MessageDecoder } from '../../../shared/wire/decoder.ts';
import { encodeHave, encodePiece, encodeRequest } from '../../../shared/wire/encode.ts';
import { HaveMessages } from '../../../shared/wire/have-messages.ts';
import type { Message } from '../../../shared/wire/messages.ts';

const HASH = 'ab'.repeat(20) as InfoHash;
const ID = 9;

/** What the receiver sees: one extended message, its payload parsed. */
function received(bytes: Uint8Array) {
  const messages: Message[] = [];
  new MessageDecoder({ maxMessageBytes: 32_768 }).feed(bytes, (message) => messages.push(message));
  const [only] = messages;
  if (messages.length !== 1 || only?.type !== 'extended') throw new Error('not one extended message');
  expect(only.id).toBe(ID);
  return parseChannelMessage(only.payload);
}

const PIECES: readonly ToldPieces[] = [
  { type: 'none' },
  { type: 'all' },
  { type: 'bitfield', bytes: Uint8Array.of(0xa0, 0x01) },
];

describe('CH2: messages of the channels extension', () => {
  it.each(PIECES)('open and accept carry what their sender has: $type', (pieces) => {
    expect(received(encodeOpen(ID, 7, HASH, pieces))).toEqual({
      type: 'open',
      number: 7,
      infoHash: HASH,
      pieces,
    });
    expect(received(encodeAccept(ID, 0xffff_ffff, pieces))).toEqual({
      type: 'accept',
      number: 0xffff_ffff,
      pieces,
    });
  });

  it('close carries a number and nothing else', () => {
    expect(received(encodeClose(ID, 0))).toEqual({ type: 'close', number: 0 });
  });

  it('GV2: a give carries a number and a piece', () => {
    const give = encodeGive(ID, 7, 70_000);
    expect(received(give)).toEqual({ type: 'give', number: 7, piece: 70_000 });
    for (const length of [give.length - 1, give.length + 1]) {
      const payload = new Uint8Array(length - 6);
      payload.set(give.subarray(6, Math.min(length, give.length)));
      expect(() => parseChannelMessage(payload)).toThrow(PeerError);
    }
  });

  it('HAVEs of many channels go as one array, those of channel 0 plain', () => {
    const haves = [
      { channel: { number: 5 }, piece: 3 },
      { channel: { number: 0 }, piece: 70_000 },
      { channel: { number: 9 }, piece: 0 },
    ];
    const alone = haves.map(({ channel: { number }, piece }) => {
      const plain = encodeHave(piece);
      if (number === 0) return plain;
      return Buffer.concat([encodeMessageEnvelope(ID, number, plain.length - 4), plain.subarray(4)]);
    });
    const messages = new HaveMessages();
    for (const { channel, piece } of haves) messages.add(ID, channel.number, piece);
    expect(Buffer.from(messages.take())).toEqual(Buffer.concat(alone));
    expect(messages.isEmpty).toBe(true);
  });

  it('a message of the peer wire travels without its length prefix', () => {
    for (const plain of [encodeHave(3), encodeRequest({ piece: 1, beginBytes: 0, lengthBytes: 16_384 })]) {
      const envelope = encodeMessageEnvelope(ID, 5, plain.length - 4);
      const message = received(Buffer.concat([envelope, plain.subarray(4)]));
      if (message.type !== 'message') throw new Error('no message');
      expect(message.number).toBe(5);
      let direct: Message | undefined;
      new MessageDecoder({ maxMessageBytes: 100 }).feed(plain, (found) => {
        direct = found;
      });
      expect(decodeMessage(message.inner)).toEqual(direct);
    }
  });

  it('a block in an envelope is a view of the chunk it came in', () => {
    const plain = encodePiece(2, 0, new Uint8Array(16_384).fill(7));
    const chunk = Buffer.concat([encodeMessageEnvelope(ID, 5, plain.length - 4), plain.subarray(4)]);
    const message = received(chunk);
    const inner = message.type === 'message' ? decodeMessage(message.inner) : undefined;
    expect(inner?.type === 'piece' && inner.block.buffer).toBe(chunk.buffer);
  });
});

describe('CH9: a message of another form is an error', () => {
  const cases: readonly [string, readonly number[]][] = [
    ['nothing', []],
    ['a type alone', [0]],
    ['an unknown type', [4, 0, 0, 0, 1]],
    ['open without an info-hash', [0, 0, 0, 0, 1, 1, 2, 3]],
    ['open without pieces', [0, 0, 0, 0, 1, ...Array.from({ length: 20 }, () => 1)]],
    ['accept without pieces', [1, 0, 0, 0, 1]],
    ['pieces of an unknown kind', [1, 0, 0, 0, 1, 3]],
    ['all pieces, and more', [1, 0, 0, 0, 1, 1, 0]],
    ['close with more than a number', [2, 0, 0, 0, 1, 0]],
    ['a message of nothing', [3, 0, 0, 0, 1]],
  ];
  it.each(cases)('%s', (_name, bytes) => {
    expect(() => parseChannelMessage(Uint8Array.from(bytes))).toThrowError(PeerError);
  });

  it('an inner message of the wrong length', () => {
    expect(() => decodeMessage(Uint8Array.of(4, 0, 0))).toThrowError(PeerError);
    expect(() => decodeMessage(Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0, 0))).toThrowError(PeerError);
  });
});

it('random payloads end in a message or in a PeerError (seeds 1 to 300)', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const bytes = Uint8Array.from({ length: random.integer(60) }, () => random.integer(256));
    if (bytes.length > 0 && random.integer(4) > 0) bytes[0] = random.integer(4);
    try {
      const message = parseChannelMessage(bytes);
      if (message.type === 'message') decodeMessage(message.inner);
    } catch (error) {
      expect(error, `seed ${seed}`).toBeInstanceOf(PeerError);
    }
  }
});
