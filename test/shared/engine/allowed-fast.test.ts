import { describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../../shared/engine/options.ts';
import { Geometry } from '../../../shared/geometry.ts';
import { nodeHashes } from '../../../shared/node/hashing/node-hashes.ts';
import { BLOCK_BYTES, type LinkId, type PeerId } from '../../../shared/units.ts';
import { ALLOWED_FAST_COUNT, allowedFastSet } from '../../../shared/wire/allowed-fast.ts';
import {
  encodeBitfield,
  encodeHave,
  encodeHaveNone,
  encodeInterested,
  encodeRequest,
} from '../../../shared/wire/encode.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { INFO_HASH, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';

const PIECES = 100;
const geometry = new Geometry(2 * BLOCK_BYTES, [2 * BLOCK_BYTES * PIECES]);
/** As BEP 6 draws them for 10.0.0.0/24, which the scripted peer calls from. */
const SET = allowedFastSet('10.0.0.9', INFO_HASH, PIECES, ALLOWED_FAST_COUNT, nodeHashes.sha1);

/** A seed that unchokes nobody. */
function miser(engine: Partial<EngineOptions> = {}, superSeed = false): ScriptedPeer {
  const options = { uploadSlots: 0, hashes: nodeHashes, ...engine };
  return new ScriptedPeer({ held: 'all', geometry, superSeed, engine: options });
}
const granted = (peer: ScriptedPeer) =>
  peer.heard().flatMap((message) => (message.type === 'allowedFast' ? [message.piece] : []));
const block = (piece: number, index = 0) => ({
  piece,
  beginBytes: index * BLOCK_BYTES,
  lengthBytes: BLOCK_BYTES,
});
const count = (peer: ScriptedPeer, type: string) =>
  peer.heardTypes().filter((heard) => heard === type).length;

describe('granting pieces to a choked node', () => {
  it('BEP 6: a starting node is told the set of its /24, and gets those pieces while it is choked', () => {
    const peer = miser().greeted();
    peer.say(encodeHaveNone(), encodeInterested());
    expect(granted(peer)).toEqual(SET);
    for (const piece of SET) peer.say(encodeRequest(block(piece)), encodeRequest(block(piece, 1)));
    peer.serveReads();
    peer.input({ type: 'linkSent', link: 7 as LinkId, bytes: 1 << 20 });
    peer.serveReads();
    expect(count(peer, 'piece')).toBe(2 * SET.length);
    expect(count(peer, 'reject')).toBe(0);
    expect(count(peer, 'unchoke')).toBe(0);
  });

  it('BEP 6: any other piece is rejected', () => {
    const peer = miser().greeted();
    peer.say(encodeHaveNone(), encodeInterested());
    const other = Array.from({ length: PIECES }, (_, piece) => piece).find((piece) => !SET.includes(piece));
    peer.say(encodeRequest(block(other as number)));
    expect(count(peer, 'reject')).toBe(1);
  });

  it('threat row 11: a piece that was sent is not sent again, and who asks on and on is thrown out', () => {
    const peer = miser().greeted();
    peer.say(encodeHaveNone(), encodeInterested());
    const [piece] = SET as [number];
    const reads = () => peer.actions.filter(({ type }) => type === 'readBlock').length;
    for (let i = 0; i < 100_000 && peer.closedFor === undefined; i++) peer.say(encodeRequest(block(piece)));
    // The piece's bytes once, in whatever blocks.
    expect(reads()).toBe(2);
    expect(peer.closedFor).toBe('peer_flood');
  });

  it('threat row 11: a node that has more than k pieces gets none', () => {
    const peer = miser().greeted();
    peer.say(encodeHaveNone(), encodeInterested());
    const own = Array.from({ length: PIECES }, (_, piece) => piece).filter((piece) => !SET.includes(piece));
    for (const piece of own.slice(0, ALLOWED_FAST_COUNT + 1)) peer.say(encodeHave(piece));
    peer.say(encodeRequest(block(SET[0] as number)));
    expect(count(peer, 'reject')).toBe(1);
    const rich = miser().greeted();
    rich.say(encodeBitfield(new Uint8Array(Math.ceil(PIECES / 8)).fill(0xf0)));
    expect(granted(rich)).toEqual([]);
  });

  it('threat row 11: under load nothing is granted, and what was granted is rejected', () => {
    const engine = { allowedFastBytesPerSecond: 1_000, allowedFastBurstBytes: BLOCK_BYTES };
    const peer = miser(engine).greeted();
    peer.say(encodeHaveNone(), encodeInterested());
    for (const piece of SET) peer.say(encodeRequest(block(piece)));
    expect(peer.actions.filter(({ type }) => type === 'readBlock').length).toBe(1);
    expect(count(peer, 'reject')).toBe(SET.length - 1);
    peer.input({ type: 'linkClosed', link: 7 as LinkId, reason: 'remote_closed' });
    peer.actions.length = 0;
    peer.greeted();
    peer.say(encodeHaveNone());
    expect(granted(peer)).toEqual([]);
    peer.pass(20_000);
    peer.input({ type: 'linkClosed', link: 7 as LinkId, reason: 'remote_closed' });
    peer.actions.length = 0;
    peer.greeted();
    peer.say(encodeHaveNone());
    expect(granted(peer)).toEqual(SET);
  });

  it('threat row 11: a thousand nodes of a thousand networks together get the burst and the rate, no more', () => {
    const engine = {
      allowedFastBytesPerSecond: 64 << 10,
      allowedFastBurstBytes: 1 << 20,
      sendBufferBytes: 1 << 30,
    };
    const peer = miser({ ...engine, maxLinks: 2_000, reservedFleetLinks: 0 });
    let link = 100;
    for (let visit = 0; visit < 1_000; visit++) {
      const ip = `10.${1 + (visit >> 8)}.${visit & 255}.1`;
      link++;
      const address = { ip, port: 1 };
      peer.input({
        type: 'linkOpened',
        link: link as LinkId,
        direction: 'inbound',
        address,
        torrent: undefined,
      });
      const say = (bytes: Uint8Array) => peer.input({ type: 'linkData', link: link as LinkId, bytes });
      say(handshakeOf(visit));
      say(encodeHaveNone());
      for (const piece of allowedFastSet(ip, INFO_HASH, PIECES, ALLOWED_FAST_COUNT, nodeHashes.sha1))
        for (const index of [0, 1]) say(encodeRequest(block(piece, index)));
      peer.pass(10);
    }
    const reads = peer.actions.filter(({ type }) => type === 'readBlock').length;
    // 1 MiB, and 64 KiB a second for ten seconds.
    expect(reads).toBeGreaterThan(64 + 30);
    expect(reads).toBeLessThanOrEqual(64 + 41);
  });

  it('is not for the fleet, nor for a super-seed’s pupils, nor without the fast extension', () => {
    const fleet = miser();
    fleet.input({ type: 'fleet', nodes: [{ peerId: PEER_ID, isOrigin: false }] });
    fleet.greeted().say(encodeHaveNone());
    const pupil = miser({}, true).greeted();
    pupil.say(encodeHaveNone());
    const plain = miser().greeted({ fast: false });
    plain.say(encodeInterested());
    expect([granted(fleet), granted(pupil), granted(plain)]).toEqual([[], [], []]);
  });
});

const handshakeOf = (visit: number) =>
  encodeHandshake({
    infoHash: INFO_HASH,
    peerId: String(visit).padStart(40, '4') as PeerId,
    fast: true,
    extended: false,
    v2: false,
  });
