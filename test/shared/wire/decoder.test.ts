import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../shared/bytes.ts';
import { PeerError } from '../../../shared/errors.ts';
import { type Random, seededRandom } from '../../../shared/random.ts';
import { BLOCK_BYTES } from '../../../shared/units.ts';
import { MessageDecoder } from '../../../shared/wire/decoder.ts';
import { encodeMessage, encodePieceHeader } from '../../../shared/wire/encode.ts';
import { HASH_RANGE_BYTES, MAX_HASHES_MESSAGE_BYTES } from '../../../shared/wire/hashes.ts';
import { MAX_PIECE_MESSAGE_BYTES, type Message } from '../../../shared/wire/messages.ts';

const MAX_MESSAGE_BYTES = 2048;

/** Goal: hostile or cut bytes end in a typed error or in the same messages, whatever the chunks. */

/** Keeps a copy: views end with the callback. */
function owned(message: Message): Message {
  if (message.type === 'piece') return { ...message, block: Uint8Array.from(message.block) };
  if (message.type === 'bitfield') return { ...message, bytes: Uint8Array.from(message.bytes) };
  if (message.type === 'extended') return { ...message, payload: Uint8Array.from(message.payload) };
  if (message.type === 'hashes')
    return { ...message, wanted: Uint8Array.from(message.wanted), hashes: Uint8Array.from(message.hashes) };
  if (message.type === 'hashRequest' || message.type === 'hashReject')
    return { ...message, wanted: Uint8Array.from(message.wanted) };
  return message;
}

function decode(chunks: readonly Uint8Array[], maxMessageBytes = MAX_MESSAGE_BYTES): Message[] {
  const decoder = new MessageDecoder({ maxMessageBytes });
  const messages: Message[] = [];
  for (const chunk of chunks) decoder.feed(chunk, (message) => messages.push(owned(message)));
  return messages;
}

/** Messages and, when it ends in one, the error's code. */
function outcome(chunks: readonly Uint8Array[]): { messages: Message[]; code: string | undefined } {
  const decoder = new MessageDecoder({ maxMessageBytes: MAX_MESSAGE_BYTES });
  const messages: Message[] = [];
  try {
    for (const chunk of chunks) decoder.feed(chunk, (message) => messages.push(owned(message)));
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    return { messages, code: error.code };
  }
  return { messages, code: undefined };
}

function randomBytes(random: Random, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  for (let i = 0; i < lengthBytes; i++) bytes[i] = random.integer(256);
  return bytes;
}

function cut(bytes: Uint8Array, random: Random): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const largest = [1, 3, 7, 64, 1500, 65_536][random.integer(6)] as number;
  for (let at = 0; at < bytes.length; ) {
    const size = random.integer(largest + 1);
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

function randomMessage(random: Random): Message {
  const number = () => Math.floor(random.fraction() * 0x1_0000_0000);
  const block = () => ({ piece: number(), beginBytes: number(), lengthBytes: number() });
  const makers: (() => Message)[] = [
    () => ({ type: 'keepAlive' }),
    () => ({ type: 'choke' }),
    () => ({ type: 'unchoke' }),
    () => ({ type: 'interested' }),
    () => ({ type: 'notInterested' }),
    () => ({ type: 'have', piece: number() }),
    () => ({ type: 'bitfield', bytes: randomBytes(random, 1 + random.integer(MAX_MESSAGE_BYTES - 1)) }),
    () => ({ type: 'request', ...block() }),
    () => ({
      type: 'piece',
      piece: number(),
      beginBytes: number(),
      block: randomBytes(random, 1 + random.integer(random.integer(4) === 0 ? BLOCK_BYTES : 40)),
    }),
    () => ({ type: 'cancel', ...block() }),
    () => ({ type: 'port', port: random.integer(65_536) }),
    () => ({ type: 'suggest', piece: number() }),
    () => ({ type: 'haveAll' }),
    () => ({ type: 'haveNone' }),
    () => ({ type: 'reject', ...block() }),
    () => ({ type: 'allowedFast', piece: number() }),
    () => ({ type: 'extended', id: random.integer(256), payload: randomBytes(random, random.integer(300)) }),
    () => ({ type: 'hashRequest', wanted: randomBytes(random, HASH_RANGE_BYTES) }),
    () => ({
      type: 'hashes',
      wanted: randomBytes(random, HASH_RANGE_BYTES),
      hashes: randomBytes(random, 32 * (1 + random.integer(8))),
    }),
    () => ({ type: 'hashReject', wanted: randomBytes(random, HASH_RANGE_BYTES) }),
    () => ({ type: 'unknown', id: 24 + random.integer(200) }),
  ];
  return (makers[random.integer(makers.length)] as () => Message)();
}

/** Length prefix, id, and `payloadBytes` zeros. */
function raw(lengthBytes: number, id?: number, payloadBytes = 0): Uint8Array {
  const head = [lengthBytes >>> 24, (lengthBytes >>> 16) & 255, (lengthBytes >>> 8) & 255, lengthBytes & 255];
  return Uint8Array.from([...head, ...(id === undefined ? [] : [id]), ...new Uint8Array(payloadBytes)]);
}

describe('MessageDecoder', () => {
  it('decode(encode(m)) = m, in one chunk and in chunks of random size', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    for (let round = 0; round < 150; round++) {
      const sent = Array.from({ length: 1 + random.integer(12) }, () => randomMessage(random));
      const bytes = concatBytes(sent.map(encodeMessage));
      expect(decode([bytes]), `seed ${seed} round ${round}`).toEqual(sent);
      expect(decode(cut(bytes, random)), `seed ${seed} round ${round}, cut`).toEqual(sent);
    }
  });

  it('random and damaged bytes end the same way in any chunking, and only in a PeerError', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    for (let round = 0; round < 800; round++) {
      const bytes = concatBytes(Array.from({ length: 4 }, () => encodeMessage(randomMessage(random))));
      for (let i = random.integer(4); i > 0; i--) bytes[random.integer(bytes.length)] = random.integer(256);
      if (random.integer(3) === 0) bytes.set(randomBytes(random, Math.min(bytes.length, 9)));
      const whole = outcome([bytes]);
      const pieces = outcome(cut(bytes, random));
      expect(pieces, `seed ${seed} round ${round}`).toEqual(whole);
    }
  });

  it('holds no more than the message that is incomplete', () => {
    const decoder = new MessageDecoder({ maxMessageBytes: MAX_MESSAGE_BYTES });
    decoder.feed(encodePieceHeader(1, 0, BLOCK_BYTES), () => expect.unreachable());
    decoder.feed(new Uint8Array(BLOCK_BYTES - 1), () => expect.unreachable());
    expect(decoder.bufferedBytes).toBe(4 + MAX_PIECE_MESSAGE_BYTES - 1);
    const types: string[] = [];
    decoder.feed(new Uint8Array(1), (message) => types.push(message.type));
    expect(types).toEqual(['piece']);
    expect(decoder.bufferedBytes).toBe(0);
  });

  it('skips the body of an unknown message without keeping it', () => {
    const decoder = new MessageDecoder({ maxMessageBytes: MAX_MESSAGE_BYTES });
    const messages: Message[] = [];
    const bytes = concatBytes([raw(1 + 1000, 99, 1000), encodeMessage({ type: 'choke' })]);
    for (let at = 0; at < bytes.length; at += 100) {
      decoder.feed(bytes.subarray(at, at + 100), (message) => messages.push(message));
      expect(decoder.bufferedBytes).toBeLessThan(5);
    }
    expect(messages).toEqual([{ type: 'unknown', id: 99 }, { type: 'choke' }]);
  });

  it('gives a block as a view of the fed chunk when it lies there whole', () => {
    const chunk = encodeMessage({ type: 'piece', piece: 3, beginBytes: 16_384, block: new Uint8Array(100) });
    let buffer: ArrayBufferLike | undefined;
    new MessageDecoder({ maxMessageBytes: 100 }).feed(chunk, (message) => {
      if (message.type === 'piece') buffer = message.block.buffer;
    });
    expect(buffer).toBe(chunk.buffer);
  });

  it('lets an exception of the callback through', () => {
    const decoder = new MessageDecoder({ maxMessageBytes: 100 });
    expect(() =>
      decoder.feed(encodeMessage({ type: 'choke' }), () => {
        throw new PeerError('swarm_request_unknown', 'x');
      }),
    ).toThrow('x');
  });
});

describe('threat row 9: malformed wire', () => {
  const tooLong = 'wire_message_too_long';
  const length = 'wire_message_length';
  const cases: readonly [name: string, bytes: Uint8Array, code: string][] = [
    ['a length of 4 GiB', raw(0xffff_ffff), tooLong],
    ['a length that is negative as a signed number', raw(0x8000_0000), tooLong],
    ['one byte more than the longest message of any kind', raw(MAX_HASHES_MESSAGE_BYTES + 1), tooLong],
    ['a bitfield over the limit', raw(MAX_MESSAGE_BYTES + 1, 5), tooLong],
    ['an extended message over the limit', raw(MAX_MESSAGE_BYTES + 1, 20), tooLong],
    ['an unknown message over the limit', raw(MAX_MESSAGE_BYTES + 1, 77), tooLong],
    ['an empty bitfield', raw(1, 5), length],
    ['an extended message without its id', raw(1, 20), length],
    ['choke with a payload', raw(2, 0), length],
    ['unchoke with a payload', raw(5, 1), length],
    ['interested with a payload', raw(2, 2), length],
    ['not interested with a payload', raw(2, 3), length],
    ['have without an index', raw(1, 4), length],
    ['have cut short', raw(4, 4), length],
    ['have too long', raw(6, 4), length],
    ['request cut short', raw(12, 6), length],
    ['request too long', raw(17, 6), length],
    ['piece without its numbers', raw(5, 7), length],
    ['piece with an empty block', raw(9, 7), length],
    ['cancel cut short', raw(12, 8), length],
    ['cancel too long', raw(14, 8), length],
    ['port of one byte', raw(2, 9), length],
    ['port of four bytes', raw(5, 9), length],
    ['suggest without an index', raw(1, 13), length],
    ['suggest too long', raw(9, 13), length],
    ['have all with a payload', raw(2, 14), length],
    ['have none with a payload', raw(5, 15), length],
    ['reject cut short', raw(9, 16), length],
    ['reject too long', raw(14, 16), length],
    ['allowed fast without an index', raw(1, 17), length],
    ['allowed fast too long', raw(6, 17), length],
  ];

  it.each(cases)(
    'threat row 9: %s is refused by its head alone, in one chunk and byte by byte',
    (_name, bytes, code) => {
      expect(outcome([bytes])).toEqual({ messages: [], code });
      expect(outcome([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual({ messages: [], code });
    },
  );

  it('threat row 9: a block of 16 KiB passes where the caller allows only small messages', () => {
    const block = new Uint8Array(BLOCK_BYTES).fill(7);
    const message: Message = { type: 'piece', piece: 0, beginBytes: 0, block };
    expect(decode([encodeMessage(message)], 64)).toEqual([message]);
  });

  it('threat row 9: a block of 16 KiB and a byte is refused where larger messages are allowed', () => {
    const decoder = new MessageDecoder({ maxMessageBytes: 1 << 20 });
    expect(() => decoder.feed(encodePieceHeader(0, 0, BLOCK_BYTES + 1), () => undefined)).toThrow(
      expect.objectContaining({ code: tooLong }),
    );
  });

  it('threat row 9: messages before the bad one are delivered', () => {
    const bytes = concatBytes([encodeMessage({ type: 'haveNone' }), raw(2, 0)]);
    expect(outcome([bytes])).toEqual({ messages: [{ type: 'haveNone' }], code: length });
  });

  it('threat row 9: a million keep-alives hold no memory', () => {
    const decoder = new MessageDecoder({ maxMessageBytes: 100 });
    let count = 0;
    const chunk = new Uint8Array(40_000);
    for (let i = 0; i < 100; i++) decoder.feed(chunk, () => count++);
    expect(count).toBe(1_000_000);
    expect(decoder.bufferedBytes).toBe(0);
  });
});
