import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/random.ts';
import type { InfoHash, LinkId } from '../../../shared/units.ts';
import {
  encodeBitfield,
  encodeCancel,
  encodeExtended,
  encodeHave,
  encodeHaveAll,
  encodeHaveNone,
  encodeInterested,
  encodeMessage,
  encodePiece,
  encodeReject,
  encodeRequest,
  encodeUnchoke,
} from '../../../shared/wire/encode.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { HASH_RANGE_BYTES } from '../../../shared/wire/hashes.ts';
import { INFO_HASH, INFO_HASH_V2, LINK, OUR_ID, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';

const handshake = (infoHash: InfoHash, peerId = PEER_ID) =>
  encodeHandshake({ infoHash, peerId, fast: true, extended: true, v2: false });

describe('threat row 9: a peer that breaks the protocol loses its link, and nothing else happens', () => {
  const faults: readonly [string, string, (peer: ScriptedPeer) => void][] = [
    [
      'garbage instead of a handshake',
      'wire_handshake_protocol',
      (peer) => {
        peer.connect();
        peer.say(new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'));
      },
    ],
    [
      'an unknown info-hash',
      'handshake_unknown_info_hash',
      (peer) => {
        peer.connect();
        peer.say(handshake('00'.repeat(20) as InfoHash));
      },
    ],
    [
      'our own peer id',
      'handshake_self',
      (peer) => {
        peer.connect();
        peer.say(handshake(INFO_HASH, OUR_ID));
      },
    ],
    [
      'an over-long message',
      'wire_message_too_long',
      (peer) => peer.greeted().say(Uint8Array.of(0xff, 0, 0, 0)),
    ],
    [
      'a bitfield that is too short',
      'peer_bitfield_invalid',
      (peer) => peer.greeted().say(encodeBitfield(new Uint8Array(2))),
    ],
    [
      'a bitfield with spare bits set',
      'peer_bitfield_invalid',
      (peer) => peer.greeted().say(encodeBitfield(Uint8Array.of(0xff))),
    ],
    [
      'have-none after other messages',
      'peer_have_none_late',
      (peer) => peer.greeted().say(encodeBitfield(Uint8Array.of(0x80)), encodeHaveNone()),
    ],
    [
      'a later bitfield with spare bits set',
      'peer_bitfield_invalid',
      (peer) => peer.greeted().say(encodeHaveNone(), encodeBitfield(Uint8Array.of(0xff))),
    ],
    [
      'have-all without the fast extension',
      'peer_fast_not_agreed',
      (peer) => peer.greeted({ fast: false }).say(encodeHaveAll()),
    ],
    [
      'a reject without the fast extension',
      'peer_fast_not_agreed',
      (peer) =>
        peer.greeted({ fast: false }).say(encodeReject({ piece: 0, beginBytes: 0, lengthBytes: 16_384 })),
    ],
    ['have of a piece that is none', 'peer_have_unknown_piece', (peer) => peer.greeted().say(encodeHave(6))],
    [
      'a request outside the torrent',
      'peer_request_invalid',
      (peer) => peer.greeted().say(encodeRequest({ piece: 99, beginBytes: 0, lengthBytes: 16_384 })),
    ],
    [
      'a request outside a piece',
      'peer_request_invalid',
      (peer) => peer.greeted().say(encodeRequest({ piece: 0, beginBytes: 16_384, lengthBytes: 1 })),
    ],
    [
      "a request across a piece's end",
      'peer_request_invalid',
      (peer) => peer.greeted().say(encodeRequest({ piece: 0, beginBytes: 8_192, lengthBytes: 8_193 })),
    ],
    [
      "a request beyond the torrent's end",
      'peer_request_invalid',
      (peer) => peer.greeted().say(encodeRequest({ piece: 5, beginBytes: 0, lengthBytes: 16_384 })),
    ],
    [
      'a request for nothing',
      'peer_request_invalid',
      (peer) => peer.greeted().say(encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: 0 })),
    ],
    [
      'a request longer than a block',
      'peer_request_invalid',
      (peer) => peer.greeted().say(encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: 32_768 })),
    ],
    [
      'a block nobody asked for',
      'peer_block_unrequested',
      (peer) => peer.greeted().say(encodePiece(0, 0, new Uint8Array(16_384))),
    ],
    [
      'a block of a piece that is none',
      'peer_block_invalid',
      (peer) => peer.greeted().say(encodePiece(77, 0, new Uint8Array(16_384))),
    ],
    [
      "a block off the blocks' grid",
      'peer_block_invalid',
      (peer) => peer.greeted().say(encodePiece(0, 5, new Uint8Array(100))),
    ],
    [
      'a block that is shorter than asked',
      'peer_block_invalid',
      (peer) => {
        peer.greeted().say(encodeHaveAll(), encodeUnchoke());
        const request = peer.heard().find((message) => message.type === 'request');
        if (request?.type === 'request') peer.say(encodePiece(request.piece, 0, new Uint8Array(10)));
      },
    ],
    [
      'an extended message that was never named',
      'peer_extension_unknown',
      (peer) => peer.greeted().say(encodeExtended(9, new Uint8Array(4))),
    ],
    [
      'an extension handshake that is a bencode bomb',
      'bencode_length',
      (peer) => peer.greeted().say(encodeExtended(0, new TextEncoder().encode('d1:ml-3:'))),
    ],
  ];
  it.each(faults)('%s: %s', (_name, reason, act) => {
    const peer = new ScriptedPeer();
    act(peer);
    if (reason.startsWith('bencode')) expect(peer.closedFor).toMatch(/^bencode_/);
    else expect(peer.closedFor).toBe(reason);
    expect(peer.engine.linkCount).toBe(0);
    expect(peer.actions.filter(({ type }) => type === 'writePiece' || type === 'nodeBanned')).toEqual([]);
  });

  it('random bytes after a good handshake never throw and never hang (100 seeds)', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = seededRandom(seed);
      const peer = new ScriptedPeer({ held: seed % 2 ? 'all' : 'none' }).greeted();
      for (let i = 0; i < 50 && peer.engine.linkCount > 0; i++) {
        const bytes = Uint8Array.from({ length: 1 + random.integer(200) }, () => random.integer(256));
        if (random.integer(2))
          bytes.set([0, 0, 0, bytes.length % 20, random.integer(21)].slice(0, bytes.length));
        expect(() => peer.say(bytes), `seed ${seed}`).not.toThrow();
        peer.serveReads();
      }
    }
  });

  it('what follows a fault in the same chunk is not read', () => {
    const peer = new ScriptedPeer({ held: 'all' }).greeted();
    const fault = encodeHave(99);
    const after = encodeInterested();
    const chunk = new Uint8Array(fault.length + after.length);
    chunk.set(fault);
    chunk.set(after, fault.length);
    peer.say(chunk);
    expect(peer.closedFor).toBe('peer_have_unknown_piece');
    expect(peer.heardTypes()).not.toContain('unchoke');
  });
});

describe('threat row 14: connections are bounded in time and number', () => {
  it('BEP 3: a connection without a handshake is closed after ten seconds, drop by drop or silent', () => {
    for (const dripping of [false, true]) {
      const peer = new ScriptedPeer();
      peer.connect();
      const bytes = handshake(INFO_HASH);
      for (let i = 0; i < 11; i++) {
        peer.pass(1_000);
        if (dripping && peer.engine.linkCount > 0) peer.say(bytes.subarray(i, i + 1));
      }
      expect(peer.closedFor).toBe('handshake_timeout');
    }
  });

  it('a link that says nothing for two and a half minutes is closed, one that keeps alive is not', () => {
    const silent = new ScriptedPeer().greeted();
    silent.pass(151_000);
    expect(silent.closedFor).toBe('silent');
    const alive = new ScriptedPeer().greeted();
    for (let i = 0; i < 10; i++) {
      alive.pass(100_000);
      alive.say(encodeMessage({ type: 'keepAlive' }));
    }
    expect(alive.closedFor).toBeUndefined();
    expect(alive.heardTypes()).toContain('keepAlive');
  });

  it('places are kept free for the fleet', () => {
    const peer = new ScriptedPeer({ engine: { maxLinks: 3, reservedFleetLinks: 2 } });
    peer.input({ type: 'fleet', nodes: [{ peerId: PEER_ID, isOrigin: false }] });
    const address = { ip: '10.0.0.7', port: 1 };
    const join = (link: number, peerId: string) => {
      peer.input({
        type: 'linkOpened',
        link: link as LinkId,
        direction: 'inbound',
        address,
        torrent: undefined,
      });
      peer.input({ type: 'linkData', link: link as LinkId, bytes: handshake(INFO_HASH, peerId as never) });
    };
    join(1, '33'.repeat(20));
    join(2, '44'.repeat(20));
    expect(peer.closedFor).toBe('links_reserved_for_fleet');
    join(3, PEER_ID);
    expect(peer.engine.linkCount).toBe(2);
  });

  it('a peer that asks on and on and reads nothing is dropped', () => {
    const peer = new ScriptedPeer({ held: 'all', engine: { maxUnsentBytes: 10_000 } }).greeted();
    const request = encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: 16_384 });
    for (let i = 0; i < 1_000 && peer.closedFor === undefined; i++) peer.say(request);
    expect(peer.closedFor).toBe('peer_reads_nothing');
  });

  it('seeds do not stay linked to seeds', () => {
    const peer = new ScriptedPeer({ held: 'all' }).greeted();
    peer.say(encodeHaveAll());
    expect(peer.closedFor).toBe('both_complete');
  });

  it('of two links of one node for one torrent one stays', () => {
    const peer = new ScriptedPeer().greeted();
    peer.connect(8 as LinkId);
    peer.input({ type: 'linkData', link: 8 as LinkId, bytes: handshake(INFO_HASH) });
    expect(peer.closedFor).toBe('link_duplicate');
    expect(peer.engine.linkCount).toBe(1);
  });
});

describe('serving a stock client', () => {
  it('BEP 52: a handshake with the truncated v2 info-hash finds the torrent and is answered alike', () => {
    const peer = new ScriptedPeer({ held: 'all' });
    peer.connect();
    const truncated = INFO_HASH_V2.slice(0, 40) as InfoHash;
    peer.say(handshake(truncated));
    expect(peer.closedFor).toBeUndefined();
    const sent = peer.actions.find((action) => action.type === 'send');
    const first = sent?.type === 'send' ? sent.chunks[0] : undefined;
    expect(
      Buffer.from(first ?? [])
        .subarray(28, 48)
        .toString('hex'),
    ).toBe(truncated);
  });

  it('BEP 52: a v1 handshake that knows v2 is answered with the truncated v2 info-hash', () => {
    const peer = new ScriptedPeer({ held: 'all' });
    peer.connect();
    peer.say(encodeHandshake({ infoHash: INFO_HASH, peerId: PEER_ID, fast: true, extended: true, v2: true }));
    const sent = peer.actions.find((action) => action.type === 'send');
    const first = sent?.type === 'send' ? sent.chunks[0] : undefined;
    expect(
      Buffer.from(first ?? [])
        .subarray(28, 48)
        .toString('hex'),
    ).toBe(INFO_HASH_V2.slice(0, 40));
  });

  it('BEP 52: a request for hashes is rejected in its own words, and the link stays', () => {
    const peer = new ScriptedPeer({ held: 'all' }).greeted();
    const wanted = Uint8Array.from({ length: HASH_RANGE_BYTES }, (_, at) => at);
    peer.say(encodeMessage({ type: 'hashRequest', wanted }));
    expect(peer.heard().at(-1)).toEqual({ type: 'hashReject', wanted });
    expect(peer.closedFor).toBeUndefined();
  });

  it('aria2 tells many pieces at once by a later bitfield: they are pieces it has, and none is taken back', () => {
    const peer = new ScriptedPeer().greeted();
    peer.say(encodeHaveNone(), encodeUnchoke(), encodeInterested());
    peer.say(encodeBitfield(Uint8Array.of(0x80)), encodeBitfield(Uint8Array.of(0x40)));
    const asked = peer.heard().flatMap((message) => (message.type === 'request' ? message.piece : []));
    expect(asked.sort()).toEqual([0, 1]);
    peer.say(encodeHaveAll());
    expect(peer.heard().filter(({ type }) => type === 'request').length).toBe(6);
    expect(peer.closedFor).toBeUndefined();
  });

  it('aria2 tells a super-seed many pieces at once: it is offered the next, and let go when it has all', () => {
    const peer = new ScriptedPeer({ held: 'all', superSeed: true, engine: { superSeedWindowBytes: 16_384 } });
    peer.greeted().say(encodeHaveNone(), encodeInterested());
    const offered = () => peer.heard().flatMap((message) => (message.type === 'have' ? message.piece : []));
    const [first] = offered() as [number];
    peer.say(encodeBitfield(Uint8Array.of(0x80 >> first)));
    expect(offered().length).toBeGreaterThan(1);
    peer.say(encodeHaveAll());
    expect(peer.closedFor).toBe('both_complete');
  });

  it('BEP 47: a request that reaches into the padding gets zeros behind the content', () => {
    const peer = new ScriptedPeer({ held: 'all' }).greeted();
    peer.say(encodeInterested(), encodeRequest({ piece: 3, beginBytes: 0, lengthBytes: 16_384 }));
    peer.serveReads();
    const piece = peer.heard().find((message) => message.type === 'piece');
    const block = piece?.type === 'piece' ? piece.block : new Uint8Array(0);
    expect(block.length).toBe(16_384);
    expect(block.subarray(0, 5_000).every((byte) => byte === 4)).toBe(true);
    expect(block.subarray(5_000).every((byte) => byte === 0)).toBe(true);
    expect(peer.engine.counters.uploadedBytes).toBe(5_000);
  });

  it('BEP 47: a request for nothing but padding gets zeros without a read', () => {
    const peer = new ScriptedPeer({ held: 'all' }).greeted();
    peer.say(encodeInterested(), encodeRequest({ piece: 3, beginBytes: 8_192, lengthBytes: 8_192 }));
    expect(peer.actions.some(({ type }) => type === 'readBlock')).toBe(false);
    expect(peer.heardTypes()).toContain('piece');
  });

  it("BEP 6: a choked node's request and a cancelled one are rejected", () => {
    const block = { piece: 0, beginBytes: 0, lengthBytes: 16_384 };
    const choked = new ScriptedPeer({ held: 'all' }).greeted();
    choked.say(encodeRequest(block));
    expect(choked.heard()).toContainEqual({ type: 'reject', ...block });
    const cancelling = new ScriptedPeer({ held: 'all', engine: { sendBufferBytes: 0 } }).greeted();
    cancelling.say(encodeInterested(), encodeRequest(block), encodeCancel(block));
    expect(cancelling.heard()).toContainEqual({ type: 'reject', ...block });
  });

  it('a slot that is free is given at once', () => {
    const peer = new ScriptedPeer({ held: 'all' }).greeted();
    peer.say(encodeInterested());
    expect(peer.heardTypes()).toContain('unchoke');
  });
});

describe('a node that lied', () => {
  it('threat row 3: is banned for a piece that it sent alone, and not let back', () => {
    const peer = new ScriptedPeer().greeted();
    peer.say(encodeHaveAll(), encodeUnchoke());
    const request = peer.heard().find((message) => message.type === 'request');
    if (request?.type !== 'request') throw new Error('no request');
    peer.say(encodePiece(request.piece, 0, new Uint8Array(request.lengthBytes)));
    const hash = peer.actions.find((action) => action.type === 'hashPiece');
    if (hash?.type !== 'hashPiece') throw new Error('no hash');
    peer.input({
      type: 'pieceHashed',
      torrent: INFO_HASH,
      piece: hash.piece,
      verdict: 'bad',
      leaves: new Uint8Array(32),
    });
    expect(peer.closedFor).toBe('banned');
    expect(peer.actions).toContainEqual({
      type: 'nodeBanned',
      peerId: PEER_ID,
      ip: '10.0.0.9',
      code: 'piece_hash_wrong',
    });
    peer.actions.length = 0;
    peer.connect(9 as LinkId);
    peer.input({ type: 'linkData', link: 9 as LinkId, bytes: handshake(INFO_HASH) });
    expect(peer.closedFor).toBe('handshake_banned');
  });

  it("threat row 6: halves that disagree are the publisher's fault: the torrent fails, nobody is banned", () => {
    const peer = new ScriptedPeer().greeted();
    peer.say(encodeHaveAll(), encodeUnchoke());
    const request = peer.heard().find((message) => message.type === 'request');
    if (request?.type !== 'request') throw new Error('no request');
    peer.say(encodePiece(request.piece, 0, new Uint8Array(request.lengthBytes)));
    const hash = peer.actions.find((action) => action.type === 'hashPiece');
    if (hash?.type !== 'hashPiece') throw new Error('no hash');
    peer.input({
      type: 'pieceHashed',
      torrent: INFO_HASH,
      piece: hash.piece,
      verdict: 'conflict',
      leaves: new Uint8Array(32),
    });
    expect(peer.actions.some(({ type }) => type === 'torrentFailed')).toBe(true);
    expect(peer.actions.some(({ type }) => type === 'nodeBanned')).toBe(false);
    expect(peer.engine.linkCount).toBe(1);
  });
  it('stays linked as long as it does not lie', () => {
    const peer = new ScriptedPeer().greeted();
    peer.say(encodeHaveAll(), encodeUnchoke());
    expect(peer.heardTypes()).toContain('request');
    expect(peer.actions.some((action) => action.type === 'close' && action.link === LINK)).toBe(false);
  });
});
