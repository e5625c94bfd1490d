import { describe, expect, it } from 'vitest';
import { concatBytes, fromLatin1, toHex } from '../../../shared/bytes.ts';
import { PeerError } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random.ts';
import { type InfoHash, type PeerId, parseInfoHash, parsePeerId } from '../../../shared/units.ts';
import {
  encodeHandshake,
  HANDSHAKE_BYTES,
  type Handshake,
  HandshakeReader,
} from '../../../shared/wire/handshake.ts';

const INFO_HASH = parseInfoHash('aa'.repeat(20)) as InfoHash;
const PEER_ID = parsePeerId(toHex(fromLatin1('-SH0100-abcdefghijkl'))) as PeerId;
const ALL: Handshake = { infoHash: INFO_HASH, peerId: PEER_ID, fast: true, extended: true, v2: true };

describe('handshake', () => {
  it('BEP 3, 6, 10, 52: has the layout and the reserved bits of the specifications', () => {
    expect(toHex(encodeHandshake(ALL))).toBe(
      `${toHex(fromLatin1('\x13BitTorrent protocol'))}0000000000100014${INFO_HASH}${PEER_ID}`,
    );
  });

  it('each flag is a bit of its own', () => {
    for (let bits = 0; bits < 8; bits++) {
      const sent = { ...ALL, fast: (bits & 1) !== 0, extended: (bits & 2) !== 0, v2: (bits & 4) !== 0 };
      expect(new HandshakeReader().feed(encodeHandshake(sent))?.handshake).toEqual(sent);
    }
  });

  it('is read from chunks of any size, and says where the messages begin', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const bytes = concatBytes([encodeHandshake(ALL), new Uint8Array(50)]);
    for (let round = 0; round < 200; round++) {
      const reader = new HandshakeReader();
      for (let at = 0; ; ) {
        const chunk = bytes.subarray(at, at + random.integer(50));
        const result = reader.feed(chunk);
        if (result) {
          expect(result.handshake, `seed ${seed}`).toEqual(ALL);
          expect(at + result.consumedBytes, `seed ${seed}`).toBe(HANDSHAKE_BYTES);
          break;
        }
        at += chunk.length;
      }
    }
  });

  it('random bytes are refused with a PeerError, and never accepted', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    for (let round = 0; round < 2000; round++) {
      const bytes = encodeHandshake(ALL);
      bytes[random.integer(20)] = random.integer(256);
      const changed = toHex(bytes) !== toHex(encodeHandshake(ALL));
      const read = () => new HandshakeReader().feed(bytes);
      if (changed) expect(read, `seed ${seed}`).toThrow(PeerError);
      else expect(read()?.consumedBytes).toBe(HANDSHAKE_BYTES);
    }
  });

  it.each([
    ['an HTTP request', 'GET / HTTP/1.1\r\n', 0],
    ['another length of the protocol text', '\x12BitTorrent protocol', 0],
    ['another protocol text', '\x13BitTorrent protocoL', 19],
    ['a later letter in a later chunk', '\x13BitTorrent_protocol', 11],
  ])('threat row 9: %s is refused at the first differing byte', (_name, text, at) => {
    const reader = new HandshakeReader();
    const bytes = fromLatin1(text);
    for (let i = 0; i < at; i++) expect(reader.feed(bytes.subarray(i, i + 1))).toBeUndefined();
    expect(() => reader.feed(bytes.subarray(at, at + 1))).toThrow(
      expect.objectContaining({ name: 'PeerError', code: 'wire_handshake_protocol' }),
    );
  });
});
