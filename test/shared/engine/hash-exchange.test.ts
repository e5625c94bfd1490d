import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../shared/bytes.ts';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES, type FileRoot, type PieceIndex } from '../../../shared/units.ts';
import {
  encodeBitfield,
  encodeHashes,
  encodeHashReject,
  encodePiece,
  encodeUnchoke,
} from '../../../shared/wire/encode.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { encodeHashRange, parseHashRange } from '../../../shared/wire/hashes.ts';
import { geometry, ROOTS, WANTED } from '../../support/block-pieces.ts';
import { INFO_HASH, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';
import { type NodeOptions, randomTorrent, VirtualSwarm } from '../../support/virtual-swarm.ts';

/** So few pieces that nodes have to share them. */
const largePieces = new Geometry(32 * BLOCK_BYTES, [3 * 32 * BLOCK_BYTES, 3 * BLOCK_BYTES - 7]);

const lie = (_piece: number, bytes: Uint8Array) => bytes.map((byte) => 255 - byte);

/** One node fetches from two honest seeds and a liar that sends other bytes. */
function swarmWithLiar(seed: number, honest: NodeOptions = {}) {
  const torrent = { ...randomTorrent(largePieces, seed), roots: ROOTS };
  const swarm = new VirtualSwarm(seed);
  swarm.addTorrent(torrent);
  const rate = { upBytesPerSecond: 400_000 };
  const liar = swarm.addNode('liar', { ...rate, lie, lieInHashes: () => undefined });
  const seeds = [0, 1].map((i) => swarm.addNode(`seed ${i}`, { ...rate, ...honest }));
  const node = swarm.addNode('node', { engine: { initialRequests: 2, minRequests: 2, maxRequests: 3 } });
  for (const other of [liar, ...seeds]) other.add(torrent, { seed: true });
  node.add(torrent, {});
  const isDone = () => node.holdsAll(torrent);
  return { swarm, torrent, liar, seeds, node, isDone };
}

describe('asking for the leaves of a piece that failed', () => {
  it('threat row 5: leaves that others give convict the liar at once, before the piece passes (20 seeds)', () => {
    let early = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const { swarm, torrent, liar, node, isDone } = swarmWithLiar(seed);
      swarm.runUntil(() => node.leavesLearnt > 0 || isDone(), 60_000);
      swarm.run(20);
      if (node.leavesLearnt > 0) {
        expect(node.banned, `seed ${seed}`).toContain(liar.peerId);
        if (!isDone()) early++;
      }
      expect(swarm.runUntil(isDone, 60_000), `seed ${seed}`).toBe(true);
      expect(node.banned, `seed ${seed}`).toEqual([liar.peerId]);
      for (const [piece, bytes] of node.stores.get(torrent.infoHash) ?? [])
        expect(Buffer.compare(bytes, torrent.pieces[piece] as Uint8Array)).toBe(0);
    }
    expect(early).toBeGreaterThan(10);
  });

  it('threat row 5: when nobody gives leaves, the liar is found as before (20 seeds)', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { swarm, liar, node, isDone } = swarmWithLiar(seed, { lieInHashes: () => undefined });
      expect(swarm.runUntil(isDone, 60_000), `seed ${seed}`).toBe(true);
      expect(node.leavesLearnt).toBe(0);
      expect(node.banned, `seed ${seed}`).toEqual([liar.peerId]);
    }
  });

  it('threat row 5: false leaves end the link of who gave them and convict nobody else (20 seeds)', () => {
    let thrownOut = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const lieInHashes = (hashes: Uint8Array) => hashes.map((byte) => byte ^ 1);
      const { swarm, liar, node, isDone } = swarmWithLiar(seed, { lieInHashes });
      expect(swarm.runUntil(isDone, 60_000), `seed ${seed}`).toBe(true);
      if (node.closed.includes('peer_hashes_invalid')) thrownOut++;
      expect(node.banned, `seed ${seed}`).toEqual([liar.peerId]);
    }
    expect(thrownOut).toBeGreaterThan(10);
  });
});

/** A peer that sent a part of a piece that failed; another sent the rest and is gone. */
function asked() {
  const peer = new ScriptedPeer({ geometry, roots: ROOTS, engine: { initialRequests: 64, maxRequests: 64 } });
  const [LINK_A, LINK_B] = [7, 8];
  const sayOn = (link: number, bytes: Uint8Array) =>
    peer.input({ type: 'linkData', link: link as never, bytes });
  const join = (link: number, peerId: string) => {
    const address = { ip: `10.0.0.${link}`, port: 1 };
    peer.input({
      type: 'linkOpened',
      link: link as never,
      direction: 'inbound',
      address,
      torrent: undefined,
    });
    const ids = { infoHash: INFO_HASH, peerId: peerId as typeof PEER_ID };
    sayOn(link, encodeHandshake({ ...ids, fast: true, extended: false, v2: true }));
    const has = new Uint8Array(3);
    has[0] = 0x80;
    sayOn(link, encodeBitfield(has));
  };
  join(LINK_B as number, '33'.repeat(20));
  sayOn(LINK_B as number, encodeUnchoke());
  for (const index of [0, 1])
    sayOn(LINK_B as number, encodePiece(0, index * BLOCK_BYTES, new Uint8Array(BLOCK_BYTES)));
  peer.input({ type: 'linkClosed', link: LINK_B as never, reason: 'remote_closed' });
  peer.actions.length = 0;
  join(LINK_A as number, PEER_ID);
  sayOn(LINK_A as number, encodeUnchoke());
  for (const index of [2, 3])
    sayOn(LINK_A as number, encodePiece(0, index * BLOCK_BYTES, new Uint8Array(BLOCK_BYTES)));
  const fail = () =>
    peer.input({
      type: 'pieceHashed',
      torrent: INFO_HASH,
      piece: 0 as PieceIndex,
      verdict: 'bad',
      leaves: new Uint8Array(4 * 32),
    });
  fail();
  return peer;
}

const hashes = (count: number, byte = 9) => new Uint8Array(32 * count).fill(byte);
const checks = (peer: ScriptedPeer) => peer.actions.filter(({ type }) => type === 'checkHashes');

describe('threat row 5: an answer must match a request of ours', () => {
  it('a piece of several senders that fails is asked about: its leaves, and no proof, for its hash is known', () => {
    const peer = asked();
    const request = peer.heard().find(({ type }) => type === 'hashRequest');
    expect(request?.type === 'hashRequest' && parseHashRange(request.wanted)).toEqual(WANTED);
  });

  it('the answer is checked by the host, once', () => {
    const peer = asked();
    peer.say(encodeHashes(encodeHashRange(WANTED), hashes(4)));
    expect(checks(peer).length).toBe(1);
    peer.say(encodeHashes(encodeHashRange(WANTED), hashes(4)));
    expect(peer.closedFor).toBe('peer_hashes_unrequested');
    expect(checks(peer).length).toBe(1);
  });

  it.each([
    ['another root', { ...WANTED, root: ROOTS[1] as FileRoot }],
    ['an unknown root', { ...WANTED, root: '77'.repeat(32) as FileRoot }],
    ['another layer', { ...WANTED, baseLayer: 1 }],
    ['another index', { ...WANTED, index: 4 }],
    ['another length', { ...WANTED, length: 2 }],
    ['another proof', { ...WANTED, proofLayers: 3 }],
  ])('with %s it ends the link', (_name, range) => {
    const peer = asked();
    peer.say(encodeHashes(encodeHashRange(range), hashes(4)));
    expect(peer.closedFor).toBe('peer_hashes_unrequested');
    expect(checks(peer)).toEqual([]);
  });

  it('and nobody was asked anything: it ends the link', () => {
    const peer = new ScriptedPeer({ geometry, roots: ROOTS }).greeted();
    peer.say(encodeHashes(encodeHashRange(WANTED), hashes(4)));
    expect(peer.closedFor).toBe('peer_hashes_unrequested');
  });

  it('true leaves convict exactly the senders of other blocks', () => {
    const peer = asked();
    peer.say(encodeHashes(encodeHashRange(WANTED), hashes(4)));
    // The first two blocks' leaves differ from those of the failed attempt (zeros), the last two do not.
    const leaves = concatBytes([hashes(2), hashes(2, 0)]);
    peer.input({ type: 'hashesChecked', torrent: INFO_HASH, piece: 0 as PieceIndex, leaves });
    const banned = peer.actions.flatMap((action) => (action.type === 'nodeBanned' ? [action.peerId] : []));
    expect(banned).toEqual(['33'.repeat(20)]);
    expect(peer.closedFor).toBeUndefined();
  });

  it('untrue leaves end the link, and ban nobody', () => {
    const peer = asked();
    peer.say(encodeHashes(encodeHashRange(WANTED), hashes(4)));
    peer.input({ type: 'hashesChecked', torrent: INFO_HASH, piece: 0 as PieceIndex, leaves: undefined });
    expect(peer.closedFor).toBe('peer_hashes_invalid');
    expect(peer.actions.some(({ type }) => type === 'nodeBanned')).toBe(false);
  });

  it('an answer that comes late, when the piece has passed, is no fault', () => {
    const peer = asked();
    for (let index = 0; index < 4; index++)
      peer.say(encodePiece(0, index * BLOCK_BYTES, new Uint8Array(BLOCK_BYTES)));
    const leaves = new Uint8Array(4 * 32);
    peer.input({ type: 'pieceHashed', torrent: INFO_HASH, piece: 0 as PieceIndex, verdict: 'ok', leaves });
    peer.say(encodeHashes(encodeHashRange(WANTED), hashes(4)));
    expect(peer.closedFor).toBeUndefined();
    expect(checks(peer)).toEqual([]);
  });

  it('reject_piece_request: a reject settles the request; nobody is left to ask, and nothing breaks', () => {
    const peer = asked();
    peer.say(encodeHashReject(encodeHashRange(WANTED)));
    expect(peer.closedFor).toBeUndefined();
    expect(peer.heard().filter(({ type }) => type === 'hashRequest').length).toBe(1);
    peer.say(encodeHashes(encodeHashRange(WANTED), hashes(4)));
    expect(peer.closedFor).toBe('peer_hashes_unrequested');
  });
});
