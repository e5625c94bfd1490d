import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../../../shared/bytes.ts';
import { PeerError } from '../../../shared/errors.ts';
import { MessageDecoder } from '../../../shared/wire/decoder.ts';
import {
  encodeMetadataData,
  encodeMetadataReject,
  METADATA_PIECE_BYTES,
  parseMetadataMessage,
} from '../../../shared/wire/metadata.ts';

describe('ut_metadata', () => {
  const payloadOf = (bytes: Uint8Array): [id: number, payload: Uint8Array] => {
    let found: [number, Uint8Array] | undefined;
    new MessageDecoder({ maxMessageBytes: 32_768 }).feed(bytes, (message) => {
      if (message.type === 'extended') found = [message.id, message.payload.slice()];
    });
    if (!found) throw new Error('no extended message');
    return found;
  };

  it('BEP 9: data is the dictionary with its piece behind it, under the id that the receiver named', () => {
    const piece = new Uint8Array(METADATA_PIECE_BYTES).fill(7);
    const [id, payload] = payloadOf(encodeMetadataData(3, 1, 40_000, piece));
    expect(id).toBe(3);
    const head = 'd8:msg_typei1e5:piecei1e10:total_sizei40000ee';
    expect(Buffer.from(payload.subarray(0, head.length)).toString()).toBe(head);
    expect(payload.subarray(head.length)).toEqual(piece);
    expect(parseMetadataMessage(payload)).toEqual({ kind: 'data', piece: 1 });
  });

  it('BEP 9: a request and a reject name the piece', () => {
    expect(parseMetadataMessage(fromLatin1('d8:msg_typei0e5:piecei2ee'))).toEqual({
      kind: 'request',
      piece: 2,
    });
    const [id, payload] = payloadOf(encodeMetadataReject(9, 5));
    expect([id, Buffer.from(payload).toString()]).toEqual([9, 'd8:msg_typei2e5:piecei5ee']);
    expect(parseMetadataMessage(payload)).toEqual({ kind: 'reject', piece: 5 });
  });

  it('BEP 9: a message of a kind that is not known is none of an error', () => {
    expect(parseMetadataMessage(fromLatin1('d8:msg_typei7e5:piecei0ee')).kind).toBeUndefined();
    expect(parseMetadataMessage(fromLatin1('d8:msg_typei-1e5:piecei0ee')).kind).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['a list', 'le'],
    ['no piece', 'd8:msg_typei0ee'],
    ['no type', 'd5:piecei0ee'],
    ['a piece that is text', 'd8:msg_typei0e5:piece1:0e'],
    ['more than a piece can be', `d8:msg_typei0e5:piecei0ee${'x'.repeat(METADATA_PIECE_BYTES + 1024)}`],
    [
      'a hundred keys',
      `d8:msg_typei0e5:piecei0e${Array.from({ length: 99 }, (_, at) => `3:x${10 + at}i0e`).join('')}e`,
    ],
  ])('threat row 9: %s is an error', (_name, text) => {
    expect(() => parseMetadataMessage(fromLatin1(text))).toThrow(PeerError);
  });
});
