import { describe, expect, it } from 'vitest';
import type { FeedClientFrame, FeedServerFrame } from '../../../shared/api-types/feed.ts';
import { encodeClientFrame, parseClientFrame } from '../../../shared/feed/client-frame.ts';
import { MAX_CLIENT_FRAME_CHARACTERS } from '../../../shared/feed/feed-error.ts';
import { encodeServerFrame, parseServerFrame } from '../../../shared/feed/server-frame.ts';
import { parseInfoHash, parsePeerId } from '../../../shared/units.ts';
import { expectReadOrPeerError } from '../../support/damaged-frames.ts';

const PEER_ID = parsePeerId('2d'.repeat(20))!;
const SIGNED = { body: '{"number":1}', signature: '0a'.repeat(64) };

const SET_HASHES = { infoHash: parseInfoHash('1f'.repeat(20))!, hashes: '00004000' };

const HELLO: FeedClientFrame = {
  type: 'hello',
  version: 1,
  name: 'Edge Zürich 1',
  peerId: PEER_ID,
  peerPort: 6882,
  advertiseIp: '10.0.0.7',
  publicUrl: 'https://edge-1.shop.example:8443/cdn',
  httpPort: 8081,
  head: { number: 12, hash: 'ab'.repeat(32) },
  pieceHashes: true,
  fleetToken: 'secret',
};
const PROGRESS: FeedClientFrame = {
  type: 'progress',
  applied: 12,
  images: { known: 9, complete: 8 },
  bytes: { wanted: 5, verified: 4, fromPeers: 3, fromOrigin: 2, uploaded: 1 },
  peers: 3,
};
const WANT_HASHES: FeedClientFrame = { type: 'wantHashes', sets: [1, 200, 205, 205] };
const SERVER_FRAMES: readonly FeedServerFrame[] = [
  {
    type: 'welcome',
    version: 1,
    rootKey: 'cd'.repeat(32),
    peer: { peerId: PEER_ID, host: 'origin.example', port: 6881 },
    publicUrl: 'https://shop.example',
  },
  {
    type: 'welcome',
    version: 1,
    rootKey: 'cd'.repeat(32),
    peer: { peerId: PEER_ID, host: null, port: 6881 },
    publicUrl: 'https://shop.example',
  },
  { type: 'entries', entries: [SIGNED, SIGNED], pieceHashes: [SET_HASHES] },
  { type: 'head', head: SIGNED },
  {
    type: 'fleet',
    nodes: [
      { peerId: PEER_ID, host: '127.0.0.2', port: 1, url: 'http://127.0.0.2:8081' },
      { peerId: PEER_ID, host: 'fe80::1', port: 65_535 },
    ],
  },
  { type: 'refused', code: 'feed_fork', message: 'entry 3 of this log has another hash' },
  { type: 'entries', entries: [SIGNED], pieceHashes: [] },
  { type: 'hashes', sets: [3, 7, 9, 9], pieceHashes: [SET_HASHES] },
];

/** A frame with one field changed; `path` as `head.number`, `undefined` removes it. */
function changed(frame: object, path: string, value: unknown): string {
  const copy = structuredClone(frame) as Record<string, unknown>;
  const names = path.split('.');
  let parent = copy;
  for (const name of names.slice(0, -1)) parent = parent[name] as Record<string, unknown>;
  const last = names.at(-1) as string;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return JSON.stringify(copy);
}

const refused = expect.objectContaining({ name: 'PeerError', code: 'feed_frame_invalid' });

describe('client frames', () => {
  it('parse(encode(f)) = f', () => {
    const bare = { ...HELLO, advertiseIp: null, publicUrl: null, fleetToken: null };
    for (const frame of [HELLO, bare, PROGRESS, WANT_HASHES])
      expect(parseClientFrame(encodeClientFrame(frame))).toEqual(frame);
  });

  it('fields that nobody asks for do not come out', () => {
    const text = changed(HELLO, 'later', { more: true });
    expect(parseClientFrame(text)).toEqual(HELLO);
  });

  it('a base URL loses the slash at its end', () => {
    expect(parseClientFrame(changed(HELLO, 'publicUrl', 'http://[::1]:80/'))).toMatchObject({
      publicUrl: 'http://[::1]:80',
    });
  });

  it.each([
    ['version', 0],
    ['version', '1'],
    ['name', ''],
    ['name', ' edge'],
    ['name', 'e'.repeat(65)],
    ['name', 'a\nb'],
    ['name', 'a\u202eb'],
    ['name', '\ud800'],
    ['peerId', 'zz'.repeat(20)],
    ['peerId', undefined],
    ['peerPort', 0],
    ['peerPort', 65_536],
    ['peerPort', 6882.5],
    ['advertiseIp', 'edge.example'],
    ['advertiseIp', '10.0.0.256'],
    ['advertiseIp', '010.0.0.1'],
    ['advertiseIp', ':::1'],
    ['advertiseIp', '1:2:3:4:5:6:7:8:9'],
    ['advertiseIp', undefined],
    ['publicUrl', 'javascript:alert(1)'],
    ['publicUrl', 'http://user@host/'],
    ['publicUrl', 'http://host/?q'],
    ['publicUrl', 'http://host/../x'],
    ['publicUrl', 'http://host:65536'],
    ['publicUrl', 'http://host"><script>'],
    ['publicUrl', `http://${'h'.repeat(600)}`],
    ['httpPort', -1],
    ['head', null],
    ['head', []],
    ['head.number', -1],
    ['head.number', 2 ** 53],
    ['head.hash', 'AB'.repeat(32)],
    ['fleetToken', 7],
    ['fleetToken', 't'.repeat(257)],
    ['type', 'hi'],
    ['type', undefined],
    ['type', 'toString'],
  ])('threat row 27: a hello whose %s is %j is refused', (path, value) => {
    expect(() => parseClientFrame(changed(HELLO, path, value))).toThrow(refused);
  });

  it.each([
    ['applied', -1],
    ['images.known', '1'],
    ['bytes', undefined],
    ['bytes.uploaded', 1e300],
    ['peers', null],
  ])('a progress whose %s is %j is refused', (path, value) => {
    expect(() => parseClientFrame(changed(PROGRESS, path, value))).toThrow(refused);
  });

  it.each([
    ['no list', 'all'],
    ['a range without an end', [1]],
    ['a range that falls', [5, 4]],
    ['ranges that fall', [5, 6, 1, 2]],
    ['ranges that overlap', [1, 5, 5, 6]],
    ['number 0', [0, 1]],
    ['a fraction', [1, 1.5]],
    ['more ranges than a frame may have', Array.from({ length: 514 }, (_, at) => 1 + at)],
  ])('FH1: a wantHashes with %s is refused', (_title, sets) => {
    expect(() => parseClientFrame(JSON.stringify({ type: 'wantHashes', sets }))).toThrow(refused);
  });

  it.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['two objects', '{}{}'],
    ['text after it', '{} x}'],
    ['null', 'null'],
    ['a hundred thousand brackets', '['.repeat(100_000)],
    ['deep objects', `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`],
    ['a prototype', '{"__proto__":{"type":"progress"}}'],
  ])('named regressions: %s is refused', (_name, text) => {
    expect(() => parseClientFrame(text)).toThrow(refused);
  });

  it('threat row 26: a frame over the limit is refused before it is parsed', () => {
    const text = changed(HELLO, 'more', 'x'.repeat(MAX_CLIENT_FRAME_CHARACTERS));
    expect(() => parseClientFrame(text)).toThrow(refused);
  });
});

describe('server frames', () => {
  it('parse(encode(f)) = f', () => {
    for (const frame of SERVER_FRAMES) expect(parseServerFrame(encodeServerFrame(frame))).toEqual(frame);
  });

  it('a frame holds 256 entries and one of 64 KiB, not more', () => {
    const many = { type: 'entries', entries: Array.from({ length: 256 }, () => SIGNED), pieceHashes: [] };
    expect(parseServerFrame(JSON.stringify(many))).toEqual(many);
    many.entries.push(SIGNED);
    expect(() => parseServerFrame(JSON.stringify(many))).toThrow(refused);
    const long = (characters: number) =>
      JSON.stringify({
        type: 'entries',
        entries: [{ ...SIGNED, body: '"'.repeat(characters) }],
        pieceHashes: [],
      });
    expect(parseServerFrame(long(65_536)).type).toBe('entries');
    expect(() => parseServerFrame(long(65_537))).toThrow(refused);
  });

  it.each([
    [0, 'rootKey', 'cd'.repeat(31)],
    [0, 'peer.port', 0],
    [0, 'peer.host', 'bad host'],
    [0, 'peer.host', '1.2.3'],
    [0, 'peer', null],
    [0, 'publicUrl', 'ftp://shop.example'],
    [2, 'pieceHashes', [{ infoHash: '1f', hashes: '' }]],
    [2, 'pieceHashes', [{ infoHash: '1f'.repeat(20), hashes: 'a'.repeat(131_073) }]],
    [2, 'entries', {}],
    [2, 'entries', [null]],
    [2, 'entries', [{ body: 'x', signature: 'AA' }]],
    [3, 'head.signature', ''],
    [3, 'head.body', 3],
    [4, 'nodes', [{ peerId: PEER_ID, host: 'a', port: 70_000 }]],
    [5, 'code', 'feed_other'],
    [5, 'code', 'constructor'],
    [5, 'message', 'm'.repeat(513)],
  ])('frame %i whose %s is %j is refused', (index, path, value) => {
    expect(() => parseServerFrame(changed(SERVER_FRAMES[index] as object, path, value))).toThrow(refused);
  });
});

describe('random frames', () => {
  it('end in a frame or in a PeerError, and a frame that is read is read again the same', () => {
    expectReadOrPeerError([HELLO, PROGRESS, WANT_HASHES, ...SERVER_FRAMES]);
  });
});
