import { describe, expect, it } from 'vitest';
import { PeerError } from '../../../shared/errors.ts';
import { seededRandom } from '../../../shared/random.ts';
import {
  type AnnounceParameters,
  buildAnnounceUrl,
  parseAnnounceQuery,
} from '../../../shared/tracker/announce-query.ts';
import { parseScrapeQuery } from '../../../shared/tracker/scrape.ts';
import { type InfoHash, type PeerId, parseInfoHash, parsePeerId } from '../../../shared/units.ts';

const REQUEST: AnnounceParameters = {
  infoHash: parseInfoHash('00ff2b25264161207e0a123456789abcdef01122') as InfoHash,
  peerId: parsePeerId('2d5348303130302d00010203ff7e5f2e2d204142') as PeerId,
  port: 6882,
  uploadedBytes: 1,
  downloadedBytes: 2,
  leftBytes: 3,
  event: 'started',
  numWant: 30,
};
const query = (url: string) => url.slice(url.indexOf('?') + 1);
const BASE = query(buildAnnounceUrl('http://t/announce', REQUEST));
const refused = expect.objectContaining({ name: 'PeerError', code: 'tracker_query_invalid' });

/** The query with one parameter changed or, for `undefined`, taken out. */
function withParameter(name: string, value: string | undefined): string {
  const pairs = BASE.split('&').filter((pair) => !pair.startsWith(`${name}=`));
  return [...pairs, ...(value === undefined ? [] : [`${name}=${value}`])].join('&');
}

describe('announce query', () => {
  it('parse(build(request)) = request, for any bytes in hash and peer id', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const hex = () =>
      Array.from({ length: 20 }, () => random.integer(256).toString(16).padStart(2, '0')).join('');
    for (let round = 0; round < 1_000; round++) {
      const request: AnnounceParameters = {
        infoHash: parseInfoHash(hex()) as InfoHash,
        peerId: parsePeerId(hex()) as PeerId,
        port: 1 + random.integer(65_535),
        uploadedBytes: random.integer(2 ** 40),
        downloadedBytes: random.integer(2 ** 40),
        leftBytes: random.integer(2 ** 40),
        event: (['started', 'completed', 'stopped', 'periodic'] as const)[random.integer(4)]!,
        numWant: random.integer(51),
      };
      const url = buildAnnounceUrl('http://tracker.example/announce', request);
      expect(() => new URL(url)).not.toThrow();
      expect(parseAnnounceQuery(query(url)), `seed ${seed}`).toEqual({
        ...request,
        compact: true,
        noPeerId: false,
      });
    }
  });

  it('keeps a query that the announce URL has, and drops a fragment', () => {
    const url = buildAnnounceUrl('http://t/announce?pass=1#x', { ...REQUEST, key: 'a b' });
    expect(url.startsWith('http://t/announce?pass=1&info_hash=')).toBe(true);
    expect(url.endsWith('&key=a%20b')).toBe(true);
  });

  it('BEP 3: reads the percent-encoding of stock clients: lower case, needless, and none', () => {
    const encoded = '%12%34%56%78%9a%bc%de%f1%23Eg%89%ab%cd%ef%124Vx%9a';
    expect(parseAnnounceQuery(withParameter('info_hash', encoded)).infoHash).toBe(
      '123456789abcdef123456789abcdef123456789a',
    );
    expect(parseAnnounceQuery(withParameter('info_hash', '%61+%2B~!abcdefghijklmno')).infoHash).toBe(
      '612b2b7e216162636465666768696a6b6c6d6e6f',
    );
  });

  it.each([
    ['periodic', undefined],
    ['periodic', ''],
    ['periodic', 'empty'],
    ['periodic', 'paused'],
    ['stopped', 'stopped'],
  ])('the event is %s when it says %j', (event, value) => {
    expect(parseAnnounceQuery(withParameter('event', value)).event).toBe(event);
  });

  it.each([
    [50, undefined],
    [50, ''],
    [50, '-1'],
    [0, '0'],
    [50, '1000000'],
    [50, '99999999999999999999'],
  ])('threat row 22: %i peers are wanted when numwant is %j: clamped, no error', (numWant, value) => {
    expect(parseAnnounceQuery(withParameter('numwant', value)).numWant).toBe(numWant);
  });

  it('left that is unknown is all, and 2^63 - 1 is the most a number holds', () => {
    for (const value of [undefined, '', '9223372036854775807'])
      expect(parseAnnounceQuery(withParameter('left', value)).leftBytes).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('BEP 23: compact is the default, the old form only when asked for', () => {
    expect(parseAnnounceQuery(withParameter('compact', undefined)).compact).toBe(true);
    expect(parseAnnounceQuery(withParameter('compact', '0'))).toMatchObject({ compact: false });
  });

  it('threat row 20: ip, ipv4 and ipv6 change nothing, even twice', () => {
    const spoofed = `${BASE}&ip=9.9.9.9&ipv4=9.9.9.9:1&ipv6=::9&ipv6=::8`;
    expect(parseAnnounceQuery(spoofed)).toEqual(parseAnnounceQuery(BASE));
  });

  it.each([
    ['port', '0'],
    ['port', '65536'],
    ['port', '-1'],
    ['port', '6881x'],
    ['port', '1e3'],
    ['port', ''],
    ['port', undefined],
    ['info_hash', undefined],
    ['info_hash', ''],
    ['info_hash', 'a'.repeat(19)],
    ['info_hash', 'a'.repeat(21)],
    ['info_hash', '%6'.repeat(10)],
    ['info_hash', `${'a'.repeat(19)}%`],
    ['info_hash', `${'a'.repeat(19)}%1`],
    ['info_hash', `${'a'.repeat(19)}%g1`],
    ['info_hash', `${'a'.repeat(19)}%1g`],
    ['info_hash', `${'a'.repeat(19)}€`],
    ['peer_id', undefined],
    ['peer_id', '%00'.repeat(21)],
    ['uploaded', '-1'],
    ['downloaded', 'NaN'],
    ['left', '1.5'],
    ['left', '-1'],
    ['left', '1'.repeat(21)],
    ['numwant', 'all'],
    ['event', 'toString'],
    ['event', 'Started'],
  ])('threat row 20: %s of %j is refused', (name, value) => {
    expect(() => parseAnnounceQuery(withParameter(name, value))).toThrow(refused);
  });

  it.each(['info_hash', 'peer_id', 'port', 'left', 'event', 'numwant', 'compact'])(
    'threat row 20: %s that stands twice is refused, even with the same value',
    (name) => {
      const pair = BASE.split('&').find((part) => part.startsWith(`${name}=`)) as string;
      expect(() => parseAnnounceQuery(`${BASE}&${pair}`)).toThrow(refused);
    },
  );

  it('threat row 22: a query over 8 KiB is refused unread', () => {
    expect(() => parseAnnounceQuery(`${BASE}&x=${'y'.repeat(8_192)}`)).toThrow(refused);
  });
});

describe('scrape query', () => {
  it('reads up to 70 hashes, each once', () => {
    const hash = (i: number) => `info_hash=${'%00'.repeat(19)}%${i.toString(16).padStart(2, '0')}`;
    const many = Array.from({ length: 70 }, (_, i) => hash(i));
    expect(parseScrapeQuery(many.join('&'))).toHaveLength(70);
    expect(parseScrapeQuery([hash(7), hash(7)].join('&'))).toEqual([`${'00'.repeat(19)}07`]);
    expect(() => parseScrapeQuery([...many, hash(70)].join('&'))).toThrow(refused);
  });

  it.each(['', 'info_hash=', 'info_hash', 'x=1'])(
    'threat row 22: a scrape of everything is refused: %j',
    (text) => {
      expect(() => parseScrapeQuery(text)).toThrow(refused);
    },
  );
});

describe('random queries', () => {
  it('end in a request within its limits or in a PeerError', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const random = seededRandom(seed);
    const bits = [
      '&',
      '=',
      '%',
      '%00',
      '%zz',
      '+',
      '-',
      '0',
      '99999',
      'port',
      'event=',
      '&info_hash=',
      '#',
      'é',
    ];
    for (let round = 0; round < 20_000; round++) {
      let text = BASE;
      for (let i = 1 + random.integer(3); i > 0; i--) {
        const at = random.integer(text.length + 1);
        text = text.slice(0, at) + bits[random.integer(bits.length)] + text.slice(at + random.integer(4));
      }
      try {
        const request = parseAnnounceQuery(text);
        const isSound =
          request.port >= 1 &&
          request.port <= 65_535 &&
          request.numWant <= 50 &&
          Number.isSafeInteger(request.leftBytes) &&
          /^[0-9a-f]{40}$/.test(request.infoHash) &&
          /^[0-9a-f]{40}$/.test(request.peerId);
        expect(isSound, `seed ${seed}: ${text}`).toBe(true);
      } catch (error) {
        if (!(error instanceof PeerError)) throw new Error(`seed ${seed}: ${text}`, { cause: error });
      }
    }
  });
});
