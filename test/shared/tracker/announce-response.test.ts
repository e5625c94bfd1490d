import { describe, expect, it } from 'vitest';
import { fromLatin1, toLatin1 } from '../../../shared/bytes.ts';
import { PeerError } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random.ts';
import { compactPeer } from '../../../shared/tracker/compact.ts';
import {
  type AnnounceAnswer,
  encodeAnnounceResponse,
  encodeFailure,
} from '../../../shared/tracker/encode-response.ts';
import { MAX_RESPONSE_PEERS, parseAnnounceResponse } from '../../../shared/tracker/parse-response.ts';
import { encodeScrape } from '../../../shared/tracker/scrape.ts';
import { type InfoHash, type PeerId, parseInfoHash, parsePeerId } from '../../../shared/units.ts';

const PEER_ID = parsePeerId('41'.repeat(20)) as PeerId;
const COMPACT = { compact: true, noPeerId: false };

function peer(ip: string, port: number) {
  return { ip, port, peerId: PEER_ID, compact: compactPeer(ip, port) as Uint8Array };
}

function answer(peers: AnnounceAnswer['peers']): AnnounceAnswer {
  return { intervalSeconds: 1_800, minIntervalSeconds: 60, seeds: 2, leechers: 3, peers };
}

const parse = (text: string) => parseAnnounceResponse(fromLatin1(text));

describe('announce response, as the tracker writes it', () => {
  it('BEP 23: compact IPv4, to the byte', () => {
    const bytes = encodeAnnounceResponse(answer([peer('97.98.99.100', 0x6566)]), COMPACT);
    expect(toLatin1(bytes)).toBe(
      'd8:completei2e10:incompletei3e8:intervali1800e12:min intervali60e5:peers6:abcdefe',
    );
  });

  it('BEP 7: IPv6 peers stand in peers6, and both come back', () => {
    const peers = [peer('::1', 1), peer('10.0.0.1', 2), peer('2001:db8::5', 65_535), peer('10.0.0.2', 3)];
    expect(parseAnnounceResponse(encodeAnnounceResponse(answer(peers), COMPACT))).toEqual({
      type: 'peers',
      intervalMs: 1_800_000,
      seeds: 2,
      leechers: 3,
      peers: [
        { ip: '10.0.0.1', port: 2 },
        { ip: '10.0.0.2', port: 3 },
        { ip: '::1', port: 1 },
        { ip: '2001:db8::5', port: 65_535 },
      ],
    });
  });

  it('BEP 3: the full form, with peer ids or without', () => {
    const full = encodeAnnounceResponse(answer([peer('10.0.0.1', 7)]), { compact: false, noPeerId: false });
    expect(toLatin1(full)).toContain(`5:peersld2:ip8:10.0.0.17:peer id20:${'A'.repeat(20)}4:porti7eee`);
    expect(parseAnnounceResponse(full)).toMatchObject({ peers: [{ ip: '10.0.0.1', port: 7 }] });
    const bare = encodeAnnounceResponse(answer([peer('10.0.0.1', 7)]), { compact: false, noPeerId: true });
    expect(toLatin1(bare)).not.toContain('peer id');
  });

  it('an answer without peers is whole', () => {
    const bytes = encodeAnnounceResponse(answer([]), COMPACT);
    expect(parseAnnounceResponse(bytes)).toMatchObject({ type: 'peers', peers: [] });
  });

  it('BEP 31: a failure says when to come again, or never', () => {
    const read = (retry?: number | 'never') => parseAnnounceResponse(encodeFailure('gone', retry));
    expect(read()).toEqual({ type: 'failure', reason: 'gone', retryMs: undefined });
    expect(read(5)).toEqual({ type: 'failure', reason: 'gone', retryMs: 300_000 });
    expect(read('never')).toEqual({ type: 'failure', reason: 'gone', retryMs: Number.POSITIVE_INFINITY });
  });

  it('BEP 48: scrape keys are raw bytes, in their order', () => {
    const hash = (first: string) => parseInfoHash(first + '61'.repeat(19)) as InfoHash;
    const counts = { seeds: 1, leechers: 2, completed: 3 };
    const bytes = encodeScrape(
      new Map(['ff', '0a', 'e2', '39'].map((first) => [hash(first), counts] as const)),
    );
    const file = 'd8:completei1e10:downloadedi3e10:incompletei2ee';
    const key = (first: string) => `20:${first}${'a'.repeat(19)}${file}`;
    expect(toLatin1(bytes)).toBe(`d5:filesd${key('\x0a')}${key('9')}${key('\xe2')}${key('\xff')}ee`);
  });
});

describe('announce response, as a node reads it', () => {
  it('threat row 26: more than 1 MiB is refused', () => {
    const bytes = fromLatin1(`d5:peers1048571:${'x'.repeat(1_048_571)}e`);
    expect(() => parseAnnounceResponse(bytes)).toThrow(expect.objectContaining({ code: 'bencode_size' }));
  });

  it('threat row 26: of more than 3,000 peers the first 3,000 are taken, in each form', () => {
    const compact = 'abcdef'.repeat(5_000);
    expect(parse(`d8:intervali60e5:peers${compact.length}:${compact}e`)).toMatchObject({
      peers: { length: MAX_RESPONSE_PEERS },
    });
    const full = 'd2:ip8:10.0.0.14:porti1ee'.repeat(4_000);
    expect(parse(`d8:intervali60e5:peersl${full}ee`)).toMatchObject({
      peers: { length: MAX_RESPONSE_PEERS },
    });
    const six = 'abcdefghijklmnopqr'.repeat(2_000);
    expect(parse(`d5:peers12000:${'abcdef'.repeat(2_000)}6:peers6${six.length}:${six}e`)).toMatchObject({
      peers: { length: MAX_RESPONSE_PEERS },
    });
  });

  it.each([
    ['d8:intervali0ee', 5_000],
    ['d8:intervali-5ee', 5_000],
    ['d8:intervali999999ee', 3_600_000],
    ['d8:intervali60e12:min intervali90ee', 90_000],
    ['de', 1_800_000],
  ])('%s means an interval of %i ms', (text, intervalMs) => {
    expect(parse(text)).toMatchObject({ intervalMs });
  });

  it('threat row 20: port 0 is dropped, in each form', () => {
    expect(parse('d5:peers12:abcd\0\0abcd\0\x01e')).toMatchObject({
      peers: [{ ip: '97.98.99.100', port: 1 }],
    });
    expect(parse('d5:peersld2:ip7:1.2.3.44:porti0eed2:ip7:1.2.3.44:porti70000eeee')).toMatchObject({
      peers: [],
    });
  });

  it('threat row 25: host names are not dialled, and an IPv4-mapped address is the IPv4 address', () => {
    const text = 'd5:peersld2:ip9:localhost4:porti80eed2:ip14:::ffff:1.2.3.44:porti9eeee';
    expect(parse(text)).toMatchObject({ peers: [{ ip: '1.2.3.4', port: 9 }] });
  });

  it.each([
    ['a list', 'le'],
    ['a number', 'i1e'],
    ['peers of seven bytes', 'd5:peers7:abcdefge'],
    ['peers6 of six bytes', 'd6:peers66:abcdefe'],
    ['peers that are a number', 'd5:peersi1ee'],
    ['peers6 that is a list', 'd6:peers6lee'],
    ['a peer that is no dictionary', 'd5:peersli1eee'],
    ['a peer without port', 'd5:peersld2:ip7:1.2.3.4eee'],
    ['an interval that is text', 'd8:interval2:60e'],
    ['a failure that is a number', 'd14:failure reasoni1ee'],
    ['a failure that is no UTF-8', 'd14:failure reason2:\xff\xfee'],
  ])('named regressions: %s is refused', (_name, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'tracker_response_invalid' }));
  });

  it.each(['', 'd', '<html>', 'd5:peers6:abcdef', 'd5:peers0:ex', `${'l'.repeat(50)}${'e'.repeat(50)}`])(
    'threat row 7: %j is refused',
    (text) => {
      expect(() => parse(text)).toThrow(PeerError);
    },
  );

  it('damaged answers end in addresses that can be dialled or in a PeerError', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const peers = [peer('10.0.0.1', 80), peer('::1', 81)];
    const goods = [
      encodeAnnounceResponse(answer(peers), COMPACT),
      encodeAnnounceResponse(answer(peers), { compact: false, noPeerId: false }),
      encodeFailure('x', 3),
    ];
    for (let round = 0; round < 10_000; round++) {
      const bytes = (goods[random.integer(goods.length)] as Uint8Array).slice();
      for (let i = 1 + random.integer(3); i > 0; i--)
        bytes[random.integer(bytes.length)] = random.integer(2)
          ? random.integer(256)
          : 48 + random.integer(10);
      try {
        const response = parseAnnounceResponse(bytes);
        if (response.type === 'peers')
          for (const { ip, port } of response.peers)
            expect(compactPeer(ip, port) && port > 0 && port < 65_536, `seed ${seed}`).toBe(true);
      } catch (error) {
        if (!(error instanceof PeerError)) throw new Error(`seed ${seed} round ${round}`, { cause: error });
      }
    }
  });
});
