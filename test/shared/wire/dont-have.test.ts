import { describe, expect, it } from 'vitest';
import { PeerError } from '../../../shared/errors.ts';
import { MessageDecoder } from '../../../shared/wire/decoder.ts';
import { encodeDontHave, parseDontHave } from '../../../shared/wire/dont-have.ts';

describe('lt_donthave', () => {
  it('BEP 54: is an extended message of the id that the receiver named, with the piece in four bytes', () => {
    const bytes = encodeDontHave(7, 0x01020304);
    expect([...bytes]).toEqual([0, 0, 0, 6, 20, 7, 1, 2, 3, 4]);
    new MessageDecoder({ maxMessageBytes: 64 }).feed(bytes, (message) => {
      expect(message.type === 'extended' && parseDontHave(message.payload)).toBe(0x01020304);
    });
  });

  it('threat row 9: of any other length it is an error', () => {
    for (const lengthBytes of [0, 1, 3, 5, 1000]) {
      expect(() => parseDontHave(new Uint8Array(lengthBytes))).toThrow(PeerError);
    }
  });
});
