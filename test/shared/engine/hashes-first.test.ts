import { describe, expect, it } from 'vitest';
import type { HashRange } from '../../../shared/metainfo/hash-range.ts';
import type { LinkId, PeerId } from '../../../shared/units.ts';
import {
  encodeHashRequest,
  encodeHaveNone,
  encodeInterested,
  encodeRequest,
} from '../../../shared/wire/encode.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { encodeHashRange } from '../../../shared/wire/hashes.ts';
import { geometry, ROOTS, WANTED } from '../../support/block-pieces.ts';
import { INFO_HASH, LINK, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';

const OTHER_LINK = 8 as LinkId;
const OTHER_ID = '33'.repeat(20) as PeerId;
const LAYER: HashRange = { ...WANTED, baseLayer: 2, length: 16 };

describe('a stranger that lacks the piece hashes of v2', () => {
  /** Unchoked, as libtorrent after a magnet link: it knows that the torrent has a v2 half. */
  const stranger = ({ fleet = false, fast = true, engine = {} } = {}) => {
    const peer = new ScriptedPeer({ held: 'all', geometry, roots: ROOTS, engine });
    if (fleet) peer.input({ type: 'fleet', nodes: [{ peerId: PEER_ID, isOrigin: false }] });
    peer.connect();
    const peerId = PEER_ID as PeerId;
    peer.say(encodeHandshake({ infoHash: INFO_HASH, peerId, fast, extended: false, v2: true }));
    peer.say(fast ? encodeHaveNone() : new Uint8Array(4), encodeInterested());
    return peer;
  };
  const block = (index: number) => encodeRequest(geometry.block(geometry.pieceIndex(index >> 2)!, index & 3));
  const askHashes = encodeHashRequest(encodeHashRange(LAYER));
  /** One read of the socket brings both. */
  const sayAtOnce = (peer: ScriptedPeer, ...messages: readonly Uint8Array[]) =>
    peer.say(new Uint8Array(Buffer.concat(messages)));
  const answerHashes = (peer: ScriptedPeer) =>
    peer.input({
      type: 'hashesRead',
      link: LINK,
      torrent: INFO_HASH,
      range: LAYER,
      hashes: new Uint8Array(32 * 16),
    });
  const answersOf = (peer: ScriptedPeer) =>
    peer.heardTypes().filter((type) => type === 'piece' || type === 'hashes');

  it.each([
    ['before', [block(0), block(1), askHashes]],
    ['after', [askHashes, block(0), block(1)]],
  ])('HB1: gets blocks that it asked for %s hashes once it asked for no more of those', (_when, messages) => {
    const peer = stranger();
    sayAtOnce(peer, ...messages);
    peer.serveReads();
    answerHashes(peer);
    peer.pass(250);
    peer.say(askHashes);
    peer.pass(250);
    answerHashes(peer);
    peer.pass(299);
    peer.serveReads();
    expect(answersOf(peer)).toEqual(['hashes', 'hashes']);
    peer.pass(2);
    peer.serveReads();
    expect(answersOf(peer)).toEqual(['hashes', 'hashes', 'piece', 'piece']);
    expect(peer.engine.uploadsWaiting).toBe(0);
  });

  it('HB1: who asks for hashes without an end gets its blocks after three seconds', () => {
    const peer = stranger();
    peer.say(block(0));
    for (let at = 0; at < 29; at++) {
      sayAtOnce(peer, askHashes);
      answerHashes(peer);
      peer.serveReads();
      peer.pass(100);
    }
    expect(answersOf(peer)).not.toContain('piece');
    peer.pass(101);
    peer.say(askHashes);
    peer.serveReads();
    expect(answersOf(peer)).toContain('piece');
    peer.say(block(1));
    peer.serveReads();
    expect(answersOf(peer).filter((type) => type === 'piece').length).toBe(2);
  });

  it('HB1: nodes of the fleet have all hashes, and do not wait', () => {
    const peer = stranger({ fleet: true });
    sayAtOnce(peer, askHashes, block(0));
    peer.serveReads();
    expect(answersOf(peer)).toEqual(['piece']);
  });

  it.each([
    ['rejects with BEP 6', true, ['choke', 'reject']],
    ['takes with it', false, ['choke']],
  ])('what waits for hashes a choke %s, also what was being read', (_title, fast, answers) => {
    const engine = { uploadSlots: 1, seedShareBytes: 1 };
    const peer = stranger({ fast, engine });
    peer.say(block(0));
    peer.serveReads();
    // Another waits for the only slot, and has it at the next round.
    const other = OTHER_LINK;
    const address = { ip: '10.0.0.10', port: 40_010 };
    peer.input({ type: 'linkOpened', link: other, direction: 'inbound', address, torrent: undefined });
    const hello = { infoHash: INFO_HASH, peerId: OTHER_ID, fast, extended: false, v2: false };
    for (const bytes of [encodeHandshake(hello), encodeInterested()])
      peer.input({ type: 'linkData', link: other, bytes });
    peer.pass(9_900);
    const before = peer.heardTypes().length;
    sayAtOnce(peer, block(1), askHashes);
    peer.pass(200);
    peer.serveReads();
    answerHashes(peer);
    peer.pass(1_000);
    peer.serveReads();
    const heard = peer.heardTypes().slice(before);
    expect(heard.filter((type) => type !== 'hashes').sort()).toEqual(answers);
    expect(peer.engine.uploadsWaiting).toBe(0);
  });

  it('a link that ends while its blocks wait leaves no deadline behind', () => {
    const peer = stranger();
    sayAtOnce(peer, askHashes, block(0));
    peer.input({ type: 'linkClosed', link: LINK, reason: 'remote_closed' });
    peer.pass(10_000);
    expect(peer.engine.linkCount).toBe(0);
  });
});
