/** Goal: the torrents we write have the form of BEP 52's upgrade path and BEP 47, for one file and for many. */
import { describe, expect, test } from 'vitest';
import { decode } from '../../../shared/bencode/bencode.ts';
import { fromHex, toHex, toLatin1 } from '../../../shared/bytes.ts';
import { InternalError } from '../../../shared/errors.ts';
import { infoLengthBytes, makeMetainfo, pieceLengthFor } from '../../../shared/metainfo/make.ts';
import { parseMetainfo } from '../../../shared/metainfo/parse.ts';
import { seededRandom } from '../../../shared/random.ts';
import { contentOf, KIB, makeTorrent, OpenTorrent, plainHashes, plainHashFile } from './torrent-fixture.ts';

const MIB = KIB * KIB;

describe('pieceLengthFor', () => {
  test.each([
    [1, 16 * KIB],
    [16 * MIB, 16 * KIB],
    [16 * MIB + 1, 32 * KIB],
    [32 * MIB, 32 * KIB],
    [512 * MIB, 512 * KIB],
    [16 * 1024 * MIB, 16 * MIB],
    [2 ** 40, 16 * MIB],
  ])('%d bytes: %d', (totalBytes, lengthBytes) => {
    expect(pieceLengthFor(totalBytes)).toBe(lengthBytes);
  });
});

describe('makeMetainfo', () => {
  test('files stand in the order of their raw names in both halves, with pads between them', () => {
    const torrent = new OpenTorrent(makeTorrent({ 'z.jpg': 5, é: 16 * KIB, '10': 20_000, '9': 1 }));
    const path = (entry: ReadonlyMap<string, unknown>) =>
      (entry.get('path') as Uint8Array[]).map(toLatin1).join('/');
    expect(torrent.list.map(path)).toEqual([
      '10',
      '.pad/12768',
      '9',
      '.pad/16383',
      'z.jpg',
      '.pad/16379',
      '\xc3\xa9',
    ]);
    expect([...torrent.tree.keys()]).toEqual(['10', '9', 'z.jpg', '\xc3\xa9']);
  });

  test('a file that ends on a piece boundary has no pad, and the last file never has one', () => {
    const torrent = new OpenTorrent(makeTorrent({ a: 32 * KIB, b: 16 * KIB, c: 7 }));
    expect(torrent.list.map((entry) => entry.get('attr'))).toEqual([undefined, undefined, undefined]);
  });

  test('the v1 hash of the last piece covers no padding, those of other files do', () => {
    const metainfo = makeTorrent({ a: 100, b: 100 });
    const padded = new Uint8Array(16 * KIB);
    padded.set(contentOf(100));
    expect(toHex(metainfo.pieceHashesV1.subarray(0, 20))).toBe(toHex(plainHashes.sha1(padded)));
    expect(toHex(metainfo.pieceHashesV1.subarray(20))).toBe(toHex(plainHashes.sha1(contentOf(100))));
  });

  test('piece layers stand outside of info, for files longer than a piece only', () => {
    const torrent = new OpenTorrent();
    const roots = ['a.avif', 'c.webp'].map((name) =>
      toHex(torrent.leaf(name).get('pieces root') as Uint8Array),
    );
    const keys = [...torrent.layers.keys()].map((key) => toHex(Uint8Array.from(key, (c) => c.charCodeAt(0))));
    expect(keys.sort()).toEqual(roots.sort());
    expect(torrent.info.has('piece layers')).toBe(false);
  });

  test('two files with the same bytes share one root and one layer', () => {
    const same = contentOf(40_000);
    const files = ['a', 'b'].map((name) => plainHashFile(name, same, 16 * KIB));
    const torrent = makeTorrent({}, { files });
    expect(torrent.files[0]?.root).toBe(torrent.files[1]?.root);
    expect(new OpenTorrent(torrent).layers.size).toBe(1);
  });

  test('a set of one file is in multi-file form, with the name of the set as directory', () => {
    const torrent = new OpenTorrent(makeTorrent({ 'only.avif': 50_000 }));
    expect(torrent.list).toHaveLength(1);
    expect(torrent.info.has('length')).toBe(false);
  });

  test('info-hashes cover the bytes of info as they stand in the file', () => {
    const metainfo = makeTorrent();
    expect(toLatin1(metainfo.bytes)).toContain(`4:info${toLatin1(metainfo.infoBytes)}12:piece layers`);
    expect(metainfo.infoHash).toBe(toHex(plainHashes.sha1(metainfo.infoBytes)));
    expect(metainfo.infoHashV2).toBe(toHex(plainHashes.sha256(metainfo.infoBytes)));
  });

  test('the same parts make the same bytes, in whatever order the files come', () => {
    const files = ['a', 'b', 'c'].map((name, i) => plainHashFile(name, contentOf(i + 1), 16 * KIB));
    const once = makeTorrent({}, { files });
    expect(makeTorrent({}, { files: files.toReversed() }).bytes).toEqual(once.bytes);
  });

  test('announce, web seeds and createdBy may be absent', () => {
    const metainfo = makeTorrent({ a: 1 }, { announce: undefined, webSeeds: [], createdBy: undefined });
    expect([...(decode(metainfo.bytes) as Map<string, unknown>).keys()]).toEqual(['info', 'piece layers']);
    expect([metainfo.announce, metainfo.webSeeds, metainfo.isPrivate]).toEqual([undefined, [], false]);
  });

  test('private stands in info (BEP 27) and changes the info-hash', () => {
    const metainfo = makeTorrent(undefined, { isPrivate: true });
    expect(metainfo.isPrivate).toBe(true);
    expect(metainfo.infoHash).not.toBe(makeTorrent().infoHash);
  });
});

describe('a known torrent, byte by byte', () => {
  test('"abc" alone, as one would write it by hand from BEP 3, 47 and 52', () => {
    const files = [plainHashFile('abc.txt', Uint8Array.from([97, 98, 99]), 16 * KIB)];
    const metainfo = makeMetainfo(
      {
        name: 'set',
        files,
        pieceLengthBytes: 16 * KIB,
        announce: undefined,
        webSeeds: [],
        createdBy: undefined,
      },
      plainHashes,
    );
    const root = toLatin1(
      fromHex('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad') as Uint8Array,
    );
    const sha1 = toLatin1(fromHex('a9993e364706816aba3e25717850c26c9cd0d89d') as Uint8Array);
    expect(toLatin1(metainfo.bytes)).toBe(
      `d4:infod9:file treed7:abc.txtd0:d6:lengthi3e11:pieces root32:${root}eee` +
        '5:filesld6:lengthi3e4:pathl7:abc.txteee12:meta versioni2e4:name3:set' +
        `12:piece lengthi16384e6:pieces20:${sha1}e12:piece layersdee`,
    );
  });
});

describe('round trips', () => {
  test.each<Record<string, number>>([
    { a: 1 },
    { a: 16 * KIB },
    { a: 16 * KIB + 1 },
    { a: 16 * KIB - 1, b: 16 * KIB, c: 16 * KIB + 1 },
    { '160.avif': 3000, '160.jpg': 6000, '2048.avif': 200_000, 'naïve 図.webp': 70_000 },
  ])('%j, with small and large pieces', (lengths) => {
    for (const pieceLengthBytes of [16 * KIB, 64 * KIB, 16 * MIB]) {
      const made = makeTorrent(lengths, { pieceLengthBytes });
      expect(parseMetainfo(made.bytes, plainHashes)).toEqual(made);
      expect(made.files.map((file) => [file.name, file.lengthBytes])).toEqual(Object.entries(lengths));
    }
  });
});

describe('our own mistakes end in an InternalError', () => {
  const file = plainHashFile('a', contentOf(40_000), 16 * KIB);
  test.each([
    ['no file', { files: [] }],
    ['two files of one name', { files: [file, file] }],
    ['an unsafe file name', { files: [{ ...file, name: '../a' }] }],
    ['an unsafe name of the set', { files: [file], name: 'a/b' }],
    ['a set named as its only file', { files: [file], name: 'a' }],
    ['a file hashed with another piece length', { files: [file], pieceLengthBytes: 32 * KIB }],
    [
      'a root that is not the layer’s',
      { files: [{ ...file, root: plainHashFile('b', contentOf(9), 16 * KIB).root }] },
    ],
    ['an announce that is no URL', { files: [file], announce: 'origin' }],
  ])('%s', (_, changes) => {
    expect(() => makeTorrent({}, changes)).toThrow(InternalError);
  });
});

test('the length of the info dictionary is known without the piece hashes', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = seededRandom(seed);
  for (let round = 0; round < 40; round++) {
    const sizes = Array.from({ length: 1 + random.integer(6) }, (_, index) => {
      const lengthBytes =
        random.integer(4) === 0 ? 16 * KIB * (1 + random.integer(3)) : 1 + random.integer(70_000);
      return [`${10 ** random.integer(5)} ${index} é.jpg`, lengthBytes] as const;
    });
    const { name, files, geometry, infoBytes } = makeTorrent(Object.fromEntries(sizes));
    expect(infoLengthBytes(name, files, geometry), `seed ${seed}, round ${round}`).toBe(infoBytes.length);
  }
});
