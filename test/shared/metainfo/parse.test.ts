/** Goal: what is accepted says exactly what the bytes say, and no input ends in anything but a typed error. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex, toLatin1 } from '../../../shared/bytes.ts';
import { PeerError } from '../../../shared/errors.ts';
import type { Metainfo } from '../../../shared/metainfo/metainfo.ts';
import { parseMetainfo } from '../../../shared/metainfo/parse.ts';
import { makeTorrent, OpenTorrent, plainHashes } from './torrent-fixture.ts';

const parse = (bytes: Uint8Array): Metainfo => parseMetainfo(bytes, plainHashes);

describe('what parse tells', () => {
  test('files, geometry and hashes', () => {
    const metainfo = parse(makeTorrent().bytes);
    expect(metainfo.name).toBe('set');
    expect(metainfo.files.map((file) => [file.name, file.lengthBytes])).toEqual([
      ['a.avif', 20_000],
      ['b.jpg', 100],
      ['c.webp', 40_000],
    ]);
    expect(metainfo.geometry.pieceCount).toBe(6);
    expect(metainfo.geometry.paddedBytes).toBe(3 * 16_384 + 40_000);
    expect(metainfo.files.map((file) => file.pieceLayer.length / 32)).toEqual([2, 1, 3]);
    expect(toHex(metainfo.files[1]?.pieceLayer as Uint8Array)).toBe(metainfo.files[1]?.root);
    expect(metainfo.announce).toBe('http://origin.test/announce');
    expect(metainfo.webSeeds).toEqual(['http://origin.test/images/']);
  });

  test('info-hashes cover the original bytes, with fields we do not know', () => {
    const torrent = new OpenTorrent();
    torrent.info.set('source', 'somewhere').set('zz', new Map([['\xff', 1]]));
    torrent.outer
      .set('comment', 'hello')
      .set('creation date', 5)
      .set('announce-list', [['http://a/']]);
    const metainfo = parse(torrent.bytes);
    expect(toLatin1(metainfo.infoBytes)).toContain('6:source9:somewhere');
    expect(metainfo.infoHash).toBe(toHex(plainHashes.sha1(metainfo.infoBytes)));
    expect(metainfo.infoHash).not.toBe(makeTorrent().infoHash);
  });

  test('a web seed may stand alone, without list (BEP 19)', () => {
    const torrent = new OpenTorrent();
    torrent.outer.set('url-list', 'https://seed.test/');
    expect(parse(torrent.bytes).webSeeds).toEqual(['https://seed.test/']);
  });

  test('attributes x and h of BEP 47 are let be', () => {
    const torrent = new OpenTorrent();
    torrent.leaf('a.avif').set('attr', 'xh');
    torrent.entry(0).set('attr', 'xh');
    expect(parse(torrent.bytes).files).toHaveLength(3);
  });

  test('without files longer than a piece there need be no piece layers', () => {
    const torrent = new OpenTorrent(makeTorrent({ a: 5, b: 16_384 }));
    torrent.outer.delete('piece layers');
    expect(parse(torrent.bytes).files).toHaveLength(2);
  });

  test('names may hold spaces, dots, any script, and 255 bytes', () => {
    const names = ['..a', 'a b', 'a.', 'é', '図'.repeat(85), '~', '…', 'CON', 'a:b'];
    const metainfo = makeTorrent(Object.fromEntries(names.map((name) => [name, 3])));
    expect(
      parse(metainfo.bytes)
        .files.map((file) => file.name)
        .sort(),
    ).toEqual(names.toSorted());
  });

  test('the result holds no view of what the caller may go on to use, but for bytes and infoBytes', () => {
    const bytes = makeTorrent().bytes.slice();
    const before = parse(bytes);
    const layer = toHex(before.files[0]?.pieceLayer as Uint8Array);
    const pieces = toHex(before.pieceHashesV1);
    bytes.fill(0);
    expect([toHex(before.files[0]?.pieceLayer as Uint8Array), toHex(before.pieceHashesV1)]).toEqual([
      layer,
      pieces,
    ]);
  });
});

describe('random inputs', () => {
  /** Accepted, with both halves in agreement with themselves; or refused with a code of ours. */
  function expectSound(bytes: Uint8Array): boolean {
    let metainfo: Metainfo;
    try {
      metainfo = parse(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(PeerError);
      expect((error as PeerError).code).toMatch(/^(bencode|metainfo)_/);
      return false;
    }
    const { geometry, files } = metainfo;
    expect(metainfo.pieceHashesV1.length).toBe(geometry.pieceCount * 20);
    expect(files.map((file) => file.pieceLayer.length / 32)).toEqual(geometry.files.map((f) => f.pieceCount));
    expect(metainfo.infoHash).toBe(toHex(plainHashes.sha1(metainfo.infoBytes)));
    return true;
  }

  const valid = makeTorrent();

  test('a valid torrent with bytes changed, cut out and repeated', () => {
    let accepted = 0;
    const change = fc.record({
      kind: fc.constantFrom('set', 'cut', 'repeat'),
      at: fc.nat({ max: valid.bytes.length - 1 }),
      size: fc.integer({ min: 1, max: 40 }),
      byte: fc.oneof(
        fc.integer({ min: 0, max: 255 }),
        fc.constantFrom(...'0123456789eild:-').map((c) => c.charCodeAt(0)),
      ),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = [...valid.bytes];
        for (const { kind, at, size, byte } of changes) {
          if (kind === 'set') bytes[at % bytes.length] = byte;
          else if (kind === 'cut') bytes.splice(at, size);
          else bytes = [...bytes.slice(0, at + size), ...bytes.slice(at)];
        }
        if (expectSound(Uint8Array.from(bytes))) accepted++;
      }),
      { numRuns: 5000 },
    );
    // A changed SHA-1 or web seed is still a torrent, so that the accepted side is tried as well.
    expect(accepted).toBeGreaterThan(0);
  });

  test('a valid torrent whose fields are exchanged for others', () => {
    const odd = fc.oneof(
      fc.integer(),
      fc.constantFrom(0, -1, 1, 16_384, 2 ** 40, Number.MAX_SAFE_INTEGER),
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom('..', 'a.avif', '', '/', 'p', 'l'),
      fc.constant([]),
      fc.constant(new Map()),
    );
    const path = fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(path, odd, fc.boolean(), (steps, value, remove) => {
        const torrent = new OpenTorrent(valid);
        let node: unknown = torrent.outer;
        for (const [depth, step] of steps.entries()) {
          const keys = node instanceof Map ? [...node.keys()] : Array.isArray(node) ? [...node.keys()] : [];
          if (keys.length === 0) break;
          const key = keys[step % keys.length] as string & number;
          const inner = node instanceof Map ? node.get(key) : (node as unknown[])[key];
          const isLast = depth === steps.length - 1 || !(inner instanceof Map || Array.isArray(inner));
          if (!isLast) node = inner;
          else if (node instanceof Map && remove) node.delete(key);
          else if (node instanceof Map) node.set(key, value);
          else if (remove) (node as unknown[]).splice(key, 1);
          else (node as unknown[])[key] = value;
          if (isLast) break;
        }
        expectSound(torrent.bytes);
      }),
      { numRuns: 3000 },
    );
  });

  test('any flipped bit in a piece layer is refused', () => {
    const layerLength = new OpenTorrent(valid).layer('c.webp').length;
    fc.assert(
      fc.property(fc.nat({ max: layerLength * 8 - 1 }), (bit) => {
        const torrent = new OpenTorrent(valid);
        const layer = torrent.layer('c.webp');
        layer[bit >> 3] = (layer[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(() => parse(torrent.bytes)).toThrow('does not hash to its root');
      }),
      { numRuns: 200 },
    );
  });
});

describe('named regressions', () => {
  test.each([
    ['length 2^52 in every file: the sum is no safe integer', 'metainfo_too_many_pieces', 2 ** 52],
    ['length -0 does not exist in bencode, 0 does', 'metainfo_file_length', 0],
  ])('%s', (_, code, length) => {
    const torrent = new OpenTorrent();
    for (const name of torrent.tree.keys()) torrent.leaf(name).set('length', length);
    expect(() => parse(torrent.bytes)).toThrow(expect.objectContaining({ code }));
  });
});
