/**
 * Threat row 8: hostile metainfo, by the names of libtorrent's list of torrents that must fail (test_torrent_info)
 * and its neighbours; rows 5 and 6 for the tree and for halves that disagree. Each case changes one thing of a
 * torrent that is accepted, and must be refused with its own code, so that no case passes for another's reason.
 */
import { describe, expect, test } from 'vitest';
import type { BencodeInput } from '../../../shared/bencode/value.ts';
import { concatBytes, fromLatin1, fromUtf8, toLatin1 } from '../../../shared/bytes.ts';
import { PeerError } from '../../../shared/errors.ts';
import type { MetainfoErrorCode } from '../../../shared/metainfo/errors.ts';
import { type MetainfoLimits, parseMetainfo } from '../../../shared/metainfo/parse.ts';
import { type Dictionary, KIB, makeTorrent, OpenTorrent, plainHashes } from './torrent-fixture.ts';

function codeOf(bytes: Uint8Array, limits?: MetainfoLimits): string {
  try {
    parseMetainfo(bytes, plainHashes, limits);
    return 'accepted';
  } catch (error) {
    if (error instanceof PeerError) return error.code;
    throw error;
  }
}

type Change = (torrent: OpenTorrent) => void;
type Case = readonly [name: string, code: MetainfoErrorCode | `bencode_${string}`, change: Change];

const info =
  (key: string, value: BencodeInput | undefined): Change =>
  (torrent) =>
    put(torrent.info, key, value);
const without =
  (...keys: readonly string[]): Change =>
  (torrent) => {
    for (const key of keys) torrent.info.delete(key);
  };
const outer =
  (key: string, value: BencodeInput | undefined): Change =>
  (torrent) =>
    put(torrent.outer, key, value);
/** A property of a.avif in the v2 tree. */
const leaf =
  (key: string, value: BencodeInput | undefined): Change =>
  (torrent) =>
    put(torrent.leaf('a.avif'), key, value);
/** A property of a v1 entry; 0 is a.avif, 1 its pad, 2 b.jpg, 3 its pad, 4 c.webp. */
const entry =
  (index: number, key: string, value: BencodeInput | undefined): Change =>
  (torrent) =>
    put(torrent.entry(index), key, value);

function put(dictionary: Dictionary, key: string, value: BencodeInput | undefined): void {
  if (value === undefined) dictionary.delete(key);
  else dictionary.set(key, value);
}

/** Gives a.avif another raw name in both halves. */
const rename =
  (rawName: string): Change =>
  (torrent) => {
    const node = torrent.tree.get('a.avif') as BencodeInput;
    torrent.tree.delete('a.avif');
    torrent.tree.set(rawName, node);
    torrent.entry(0).set('path', [fromLatin1(rawName)]);
  };

const v1File = (name: string, length: number): Dictionary =>
  new Map<string, BencodeInput>([
    ['length', length],
    ['path', [name]],
  ]);
const pad = (length: number): Dictionary =>
  new Map<string, BencodeInput>([
    ['attr', 'p'],
    ['length', length],
    ['path', ['.pad', String(length)]],
  ]);

const FORM: readonly Case[] = [
  ['no_info', 'metainfo_form', outer('info', undefined)],
  ['invalid_info', 'metainfo_form', outer('info', 'info')],
  ['info_list', 'metainfo_form', outer('info', [])],
  ['empty_info', 'metainfo_not_hybrid', outer('info', new Map())],
  ['v1_only', 'metainfo_not_hybrid', without('meta version', 'file tree')],
  ['v2_only', 'metainfo_not_hybrid', without('files', 'pieces')],
  ['v2_without_tree', 'metainfo_not_hybrid', info('file tree', undefined)],
  ['no_meta_version', 'metainfo_not_hybrid', info('meta version', undefined)],
  ['meta_version_3', 'metainfo_not_hybrid', info('meta version', 3)],
  ['meta_version_string', 'metainfo_not_hybrid', info('meta version', '2')],
  ['single_file_form', 'metainfo_not_hybrid', (t) => t.info.set('length', 5).delete('files')],
  ['single_multi_file', 'metainfo_not_hybrid', info('length', 20_000)],
  [
    'only_file_named_as_the_set',
    'metainfo_not_hybrid',
    (t) => {
      for (const name of ['b.jpg', 'c.webp']) t.tree.delete(name);
      t.info.set('files', [v1File('a.avif', 20_000)]).set('name', 'a.avif');
    },
  ],
  ['missing_piece_len', 'metainfo_piece_length', info('piece length', undefined)],
  ['invalid_piece_len', 'metainfo_piece_length', info('piece length', '16384')],
  ['negative_piece_len', 'metainfo_piece_length', info('piece length', -16_384)],
  ['zero_piece_len', 'metainfo_piece_length', info('piece length', 0)],
  ['v2_piece_size', 'metainfo_piece_length', info('piece length', 8192)],
  ['v2_no_power2_piece', 'metainfo_piece_length', info('piece length', 16_385)],
  ['large_piece_size', 'metainfo_piece_length', info('piece length', 32 * KIB * KIB)],
  ['piece_size_beyond_32_bits', 'metainfo_piece_length', info('piece length', 2 ** 46)],
  ['piece_size_that_wraps', 'metainfo_piece_length', info('piece length', 2 ** 32 + 16_384)],
  ['invalid_pieces', 'metainfo_pieces', info('pieces', [])],
  ['unaligned_pieces', 'metainfo_pieces', info('pieces', new Uint8Array(6 * 20 + 1))],
  ['too_few_pieces', 'metainfo_pieces', info('pieces', new Uint8Array(5 * 20))],
  ['too_many_hashes', 'metainfo_pieces', info('pieces', new Uint8Array(7 * 20))],
  ['empty_pieces', 'metainfo_pieces', info('pieces', '')],
  ['private_2', 'metainfo_private', info('private', 2)],
  ['private_string', 'metainfo_private', info('private', '1')],
  ['announce_integer', 'metainfo_announce', outer('announce', 80)],
  ['announce_empty', 'metainfo_announce', outer('announce', '')],
  ['announce_file_scheme', 'metainfo_announce', outer('announce', 'file:///etc/passwd')],
  ['announce_line_break', 'metainfo_announce', outer('announce', 'http://a/\r\nHost: b')],
  ['announce_not_utf8', 'metainfo_announce', outer('announce', Uint8Array.of(0xff, 0xfe))],
  ['announce_long', 'metainfo_announce', outer('announce', `http://a/${'x'.repeat(2048)}`)],
  ['url_list_integer', 'metainfo_url_list', outer('url-list', 1)],
  ['url_list_dictionary', 'metainfo_url_list', outer('url-list', new Map())],
  ['url_list_of_lists', 'metainfo_url_list', outer('url-list', [['http://a/']])],
  ['url_list_ftp', 'metainfo_url_list', outer('url-list', ['ftp://a/'])],
  ['url_list_no_host', 'metainfo_url_list', outer('url-list', 'http:///x')],
  ['url_list_many', 'metainfo_url_list', outer('url-list', Array(65).fill('http://a/'))],
];

const NAMES: readonly Case[] = [
  ['no_name', 'metainfo_name', info('name', undefined)],
  ['bad_name', 'metainfo_name', info('name', 7)],
  ['empty_name', 'metainfo_name', info('name', '')],
  ['invalid_name', 'metainfo_name', info('name', '..')],
  ['invalid_name2', 'metainfo_name', info('name', '.')],
  ['invalid_name3', 'metainfo_name', info('name', '/')],
  ['name_with_slash', 'metainfo_name', info('name', '../set')],
  ['name_with_backslash', 'metainfo_name', info('name', 'set\\x')],
  ['name_with_nul', 'metainfo_name', info('name', 'set\0')],
  ['name_not_utf8', 'metainfo_name', info('name', Uint8Array.of(0xc3, 0x28))],
  ['long_name', 'metainfo_name', info('name', 'n'.repeat(256))],
  ['name_utf8_beside_name', 'metainfo_name', info('name.utf-8', 'other')],
  ['v2_empty_filename', 'metainfo_file_name', rename('')],
  ['v2_dot', 'metainfo_file_name', rename('.')],
  ['v2_parent_path', 'metainfo_file_name', rename('..')],
  ['v2_hidden_parent_path', 'metainfo_file_name', rename('../a.avif')],
  ['v2_absolute_filename', 'metainfo_file_name', rename('/a.avif')],
  ['v2_slash_path', 'metainfo_file_name', rename('a/a.avif')],
  ['v2_backslash_path', 'metainfo_file_name', rename('..\\a.avif')],
  ['v2_nul', 'metainfo_file_name', rename('a.avif\0.jpg')],
  ['v2_line_break', 'metainfo_file_name', rename('a\navif')],
  ['v2_escape_sequence', 'metainfo_file_name', rename('a\x1b[2Javif')],
  ['v2_delete_character', 'metainfo_file_name', rename('a\x7f')],
  ['v2_c1_control', 'metainfo_file_name', rename('a\xc2\x9b')],
  ['v2_right_to_left_override', 'metainfo_file_name', rename(toLatin1(fromUtf8('a\u202egpj.exe')))],
  ['v2_invalid_filename', 'metainfo_file_name', rename('\xffestMB')],
  ['v2_overlong_dots', 'metainfo_file_name', rename('\xc0\xae\xc0\xae')],
  ['v2_surrogate', 'metainfo_file_name', rename('a\xed\xa0\x80')],
  ['v2_long_filename', 'metainfo_file_name', rename('a'.repeat(256))],
  ['v2_file_named_as_pad_directory', 'metainfo_file_name', rename('.pad')],
  ['invalid_path_list', 'metainfo_v1_files', entry(0, 'path', 'a.avif')],
  ['missing_path_list', 'metainfo_v1_files', entry(0, 'path', undefined)],
  ['empty_path', 'metainfo_v1_files', entry(0, 'path', [])],
  ['path_of_integers', 'metainfo_file_name', entry(0, 'path', [1])],
  ['path_utf8_beside_path', 'metainfo_v1_files', entry(0, 'path.utf-8', ['b.jpg'])],
  ['deep_path', 'metainfo_v1_files', entry(0, 'path', ['a', 'b', 'c', 'd', 'a.avif'])],
  ['parent_path', 'metainfo_file_name', entry(0, 'path', ['..', 'a.avif'])],
  ['absolute_filename', 'metainfo_file_name', entry(0, 'path', ['/etc/passwd'])],
  ['slash_path', 'metainfo_file_name', entry(0, 'path', ['x/a.avif'])],
  ['backslash_path', 'metainfo_file_name', entry(0, 'path', ['x\\a.avif'])],
  ['empty_path_multi', 'metainfo_file_name', entry(0, 'path', ['', 'a.avif'])],
  ['invalid_filename', 'metainfo_file_name', entry(0, 'path', [Uint8Array.of(0xff)])],
  ['pad_file_parent_path', 'metainfo_file_name', entry(1, 'path', ['..', '12768'])],
];

const FILE_CASES: readonly Case[] = [
  ['v2_tree_list', 'metainfo_file_tree', info('file tree', [])],
  ['no_files', 'metainfo_file_tree', info('file tree', new Map())],
  ['v2_invalid_file', 'metainfo_file_tree', (t) => t.tree.set('a.avif', 5)],
  ['v2_file_without_properties', 'metainfo_file_tree', (t) => t.tree.set('a.avif', new Map())],
  ['v2_properties_no_dictionary', 'metainfo_file_tree', (t) => t.tree.set('a.avif', new Map([['', 5]]))],
  [
    'v2_nested',
    'metainfo_file_tree',
    (t) => t.tree.set('a.avif', new Map([['x', t.tree.get('b.jpg') as Dictionary]])),
  ],
  [
    'v2_file_and_directory',
    'metainfo_file_tree',
    (t) => (t.tree.get('a.avif') as Dictionary).set('x', new Map()),
  ],
  [
    'v2_deep_recursion',
    'bencode_depth',
    (t) => {
      let node: BencodeInput = new Map();
      for (let depth = 0; depth < 90; depth++) node = new Map([['a', node]]);
      t.tree.set('a.avif', node);
    },
  ],
  ['negative_size', 'metainfo_file_length', leaf('length', -1)],
  ['zero', 'metainfo_file_length', leaf('length', 0)],
  ['missing_length', 'metainfo_file_length', leaf('length', undefined)],
  ['length_string', 'metainfo_file_length', leaf('length', '20000')],
  ['v2_large_file', 'metainfo_too_many_pieces', leaf('length', Number.MAX_SAFE_INTEGER)],
  [
    'v2_large_offset',
    'metainfo_too_many_pieces',
    (t) => {
      for (const name of ['a.avif', 'b.jpg', 'c.webp']) t.leaf(name).set('length', 2 ** 52);
    },
  ],
  ['many_pieces', 'metainfo_too_many_pieces', leaf('length', 16_384 * 0x200000)],
  ['v2_missing_root', 'metainfo_file_root', leaf('pieces root', undefined)],
  ['v2_invalid_root_hash', 'metainfo_file_root', leaf('pieces root', new Uint8Array(31).fill(1))],
  ['v2_root_of_33_bytes', 'metainfo_file_root', leaf('pieces root', new Uint8Array(33).fill(1))],
  ['v2_root_list', 'metainfo_file_root', leaf('pieces root', [])],
  ['v2_zero_root', 'metainfo_file_root', leaf('pieces root', new Uint8Array(32))],
  ['v2_zero_root_small', 'metainfo_file_root', (t) => t.leaf('b.jpg').set('pieces root', new Uint8Array(32))],
  ['v2_symlink', 'metainfo_file_attr', leaf('attr', 'l')],
  ['v2_symlink_path', 'metainfo_file_attr', leaf('symlink path', ['b.jpg'])],
  [
    'v2_missing_file_root_invalid_symlink',
    'metainfo_file_attr',
    (t) => t.leaf('a.avif').set('attr', 'xl').delete('pieces root'),
  ],
  ['v2_invalid_pad_file', 'metainfo_file_attr', leaf('attr', 'p')],
  ['v2_attr_integer', 'metainfo_file_attr', leaf('attr', 1)],
];

const DISAGREEMENTS: readonly Case[] = [
  ['files_string', 'metainfo_v1_files', info('files', 'a.avif')],
  ['files_of_strings', 'metainfo_v1_files', (t) => t.info.set('files', ['a.avif'])],
  ['empty_files', 'metainfo_mismatch', info('files', [])],
  ['v2_mismatching_metadata', 'metainfo_mismatch', entry(0, 'length', 20_001)],
  ['other_name_in_v1', 'metainfo_mismatch', entry(0, 'path', ['A.avif'])],
  ['directory_in_v1', 'metainfo_mismatch', entry(0, 'path', ['a.avif', 'a.avif'])],
  ['other_order_in_v1', 'metainfo_mismatch', (t) => t.list.reverse()],
  ['file_missing_in_v1', 'metainfo_mismatch', (t) => t.list.splice(2, 2)],
  ['last_file_missing_in_v1', 'metainfo_mismatch', (t) => t.list.splice(4, 1)],
  ['unlisted_file_in_v1', 'metainfo_mismatch', (t) => t.list.push(v1File('d.png', 5))],
  ['duplicate_files', 'metainfo_mismatch', (t) => t.list.push(v1File('c.webp', 40_000))],
  [
    'unlisted_file_in_v2',
    'metainfo_mismatch',
    (t) => t.tree.set('b2.jpg', t.tree.get('b.jpg') as Dictionary),
  ],
  ['negative_file_size', 'metainfo_file_length', entry(0, 'length', -20_000)],
  ['invalid_file_size', 'metainfo_file_length', entry(0, 'length', '20000')],
  ['zero2', 'metainfo_file_length', (t) => t.list.push(v1File('d.png', 0))],
  ['invalid_symlink', 'metainfo_file_attr', entry(0, 'attr', 'l')],
  ['symlink_path', 'metainfo_file_attr', entry(0, 'symlink path', ['..', '..'])],
  ['attr_integer', 'metainfo_file_attr', entry(0, 'attr', 1)],
  ['file_marked_as_pad', 'metainfo_padding', entry(0, 'attr', 'p')],
  ['v2_bad_file_alignment', 'metainfo_padding', (t) => t.list.splice(1, 1)],
  ['pad_too_short', 'metainfo_padding', entry(1, 'length', 12_767)],
  ['pad_a_piece_too_long', 'metainfo_padding', entry(1, 'length', 12_768 + 16_384)],
  ['pad_not_marked', 'metainfo_padding', entry(1, 'attr', undefined)],
  ['pad_twice', 'metainfo_padding', (t) => t.list.splice(1, 0, pad(12_768))],
  ['pad_at_the_beginning', 'metainfo_padding', (t) => t.list.unshift(pad(16_384))],
  ['pad_at_the_end', 'metainfo_padding', (t) => t.list.push(pad(9152))],
  ['pad_file_no_path', 'metainfo_v1_files', entry(1, 'path', undefined)],
  ['pad_file_symlink', 'metainfo_file_attr', entry(1, 'attr', 'lp')],
];

const LAYERS: readonly Case[] = [
  ['v2_no_piece_layers', 'metainfo_piece_layers', outer('piece layers', undefined)],
  ['piece_layers_list', 'metainfo_piece_layers', outer('piece layers', [])],
  ['v2_empty_piece_layers', 'metainfo_piece_layers', outer('piece layers', new Map())],
  ['v2_incomplete_piece_layer', 'metainfo_piece_layers', (t) => t.layers.delete(rootKey(t, 'a.avif'))],
  ['v2_invalid_piece_layer', 'metainfo_piece_layers', (t) => t.layers.set(rootKey(t, 'a.avif'), 5)],
  [
    'v2_non_multiple_piece_layer',
    'metainfo_piece_layers',
    (t) => t.layers.set(rootKey(t, 'a.avif'), new Uint8Array(63)),
  ],
  [
    'v2_invalid_piece_layer_size',
    'metainfo_piece_layers',
    (t) => t.layers.set(rootKey(t, 'a.avif'), new Uint8Array(96)),
  ],
  [
    'v2_invalid_piece_layer_root',
    'metainfo_piece_layers',
    (t) => {
      const layer = t.layer('c.webp');
      layer[40] = (layer[40] as number) ^ 1;
    },
  ],
  [
    'v2_piece_layer_invalid_file_hash',
    'metainfo_piece_layers',
    leaf('pieces root', new Uint8Array(32).fill(9)),
  ],
  [
    'layer_padded_with_zero_hashes',
    'metainfo_piece_layers',
    (t) => {
      t.layers.set(rootKey(t, 'c.webp'), concatBytes([t.layer('c.webp'), new Uint8Array(32)]));
    },
  ],
  [
    'layers_exchanged',
    'metainfo_piece_layers',
    (t) => {
      const layer = t.layer('a.avif');
      t.layers.set(rootKey(t, 'a.avif'), concatBytes([layer.subarray(32), layer.subarray(0, 32)]));
    },
  ],
  ['layer_of_no_file', 'metainfo_piece_layers', (t) => t.layers.set('x'.repeat(32), new Uint8Array(64))],
  [
    'layer_of_a_one_piece_file',
    'metainfo_piece_layers',
    (t) => {
      t.layers.set(rootKey(t, 'b.jpg'), t.leaf('b.jpg').get('pieces root') as Uint8Array);
    },
  ],
  ['layer_with_short_key', 'metainfo_piece_layers', (t) => t.layers.set('x', '')],
];

const rootKey = (torrent: OpenTorrent, name: string): string =>
  toLatin1(torrent.leaf(name).get('pieces root') as Uint8Array);

function changed(change: Change): Uint8Array {
  const torrent = new OpenTorrent();
  change(torrent);
  return torrent.bytes;
}

test('the torrent that all cases start from is accepted', () => {
  expect(codeOf(new OpenTorrent().bytes)).toBe('accepted');
});

describe('threat row 8: fields', () => {
  test.each(FORM)('%s: %s', (_, code, change) => expect(codeOf(changed(change))).toBe(code));
});
describe('threat row 8: names', () => {
  test.each(NAMES)('%s: %s', (_, code, change) => expect(codeOf(changed(change))).toBe(code));
});
describe('threat row 8: files', () => {
  test.each(FILE_CASES)('%s: %s', (_, code, change) => expect(codeOf(changed(change))).toBe(code));
});
describe('threat row 6: the halves disagree', () => {
  test.each(DISAGREEMENTS)('%s: %s', (_, code, change) => expect(codeOf(changed(change))).toBe(code));
});
describe('threat row 5: piece layers', () => {
  test.each(LAYERS)('%s: %s', (_, code, change) => expect(codeOf(changed(change))).toBe(code));
});

describe('threat row 7: torrents that are not canonical bencode', () => {
  const text = toLatin1(makeTorrent().bytes);
  const twice = 'd0:d6:lengthi5e11:pieces root32:rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrree';
  test.each<[string, string, string]>([
    ['string', 'metainfo_form', '4:info'],
    ['list', 'metainfo_form', 'le'],
    ['integer', 'metainfo_form', 'i0e'],
    ['empty', 'bencode_truncated', ''],
    ['trailing', 'bencode_trailing', `${text}\n`],
    ['cut short', 'bencode_truncated', text.slice(0, -1)],
    ['v2_unordered_files', 'bencode_key_order', text.replace('6:a.avifd0', '6:x.avifd0')],
    ['duplicate_files2', 'bencode_key_order', text.replace('5:b.jpgd', `5:b.jpg${twice}5:b.jpgd`)],
    ['v2_overlong_integer', 'bencode_integer', text.replace('i20000e', 'i020000e')],
    ['length_of_2_to_53', 'bencode_integer', text.replace('i20000e', 'i9007199254740992e')],
    ['info_twice', 'bencode_key_order', text.replace('4:infod', '4:infode4:infod')],
    ['negative_string_length', 'bencode_token', text.replace('4:name3:set', '4:name-3:set')],
  ])('%s: %s', (_, code, damaged) => {
    expect(codeOf(fromLatin1(damaged))).toBe(code);
  });
});

describe('limits', () => {
  test('a torrent file of more than 16 MiB is refused unread', () => {
    expect(codeOf(new Uint8Array(16 * KIB * KIB + 1))).toBe('bencode_size');
    expect(codeOf(makeTorrent().bytes, { maxBytes: 100 })).toBe('bencode_size');
  });

  test('4096 files, or what the caller says', () => {
    const torrent = new OpenTorrent();
    const node = torrent.tree.get('b.jpg') as Dictionary;
    for (let i = torrent.tree.size; i < 4097; i++) torrent.tree.set(`f${i}`, node);
    expect(codeOf(torrent.bytes)).toBe('metainfo_too_many_files');
    expect(codeOf(makeTorrent().bytes, { maxFiles: 2 })).toBe('metainfo_too_many_files');
    expect(codeOf(makeTorrent().bytes, { maxFiles: 3 })).toBe('accepted');
  });

  test('4096 files fit into the item limit', () => {
    const lengths = Object.fromEntries(Array.from({ length: 4096 }, (_, i) => [`f${i}.jpg`, 1 + (i % 3)]));
    expect(codeOf(makeTorrent(lengths).bytes)).toBe('accepted');
  });

  test('pieces: what the caller says', () => {
    expect(codeOf(makeTorrent().bytes, { maxPieces: 5 })).toBe('metainfo_too_many_pieces');
    expect(codeOf(makeTorrent().bytes, { maxPieces: 6 })).toBe('accepted');
  });
});
