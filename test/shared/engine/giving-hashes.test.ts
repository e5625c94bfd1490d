import { describe, expect, it } from 'vitest';
import { toHex } from '../../../shared/bytes.ts';
import type { HashRange } from '../../../shared/metainfo/hash-range.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { FileRoot } from '../../../shared/units.ts';
import {
  encodeHashes,
  encodeHashReject,
  encodeHashRequest,
  encodeHaveAll,
} from '../../../shared/wire/encode.ts';
import { encodeHashRange, parseHashRange } from '../../../shared/wire/hashes.ts';
import { geometry, ROOTS, WANTED } from '../../support/block-pieces.ts';
import { INFO_HASH, ScriptedPeer } from '../../support/scripted-peer.ts';

const hashes = (count: number, byte = 9) => new Uint8Array(32 * count).fill(byte);

describe('giving hashes', () => {
  const seed = () => new ScriptedPeer({ held: 'all', geometry, roots: ROOTS }).greeted();
  const reads = (peer: ScriptedPeer) =>
    peer.actions.flatMap((action) => (action.type === 'readHashes' ? [action.range] : []));
  const ask = (peer: ScriptedPeer, range: HashRange) => peer.say(encodeHashRequest(encodeHashRange(range)));

  it('BEP 52: choked or not, a range of a file is made by the host and sent with the request’s words', () => {
    const peer = seed();
    const range = { ...WANTED, index: 8, length: 8, proofLayers: 5 };
    ask(peer, range);
    expect(reads(peer)).toEqual([range]);
    const answer = {
      type: 'hashesRead',
      link: 7 as never,
      torrent: INFO_HASH,
      range,
      hashes: hashes(11),
    } as const;
    peer.input(answer);
    const last = peer.heard().at(-1);
    expect(last?.type === 'hashes' && parseHashRange(last.wanted)).toEqual(range);
    ask(peer, range);
    peer.input({ ...answer, hashes: undefined });
    expect(peer.heard().at(-1)?.type).toBe('hashReject');
  });

  it.each([
    ['an unknown file', { ...WANTED, root: '77'.repeat(32) as FileRoot }],
    ['one hash', { ...WANTED, length: 1 }],
    ['three', { ...WANTED, length: 3 }],
    ['an index off the grid', { ...WANTED, index: 2 }],
    ['leaves past the end', { ...WANTED, index: 64 }],
    ['layers above the root', { ...WANTED, proofLayers: 6 }],
    ['a layer between leaves and pieces', { ...WANTED, baseLayer: 1 }],
    ['the root', { ...WANTED, baseLayer: 6, length: 2 }],
  ])('threat row 5: %s is rejected, and nothing is read', (_name, range) => {
    const peer = seed();
    ask(peer, range);
    expect(reads(peer)).toEqual([]);
    expect(peer.heard().at(-1)?.type).toBe('hashReject');
    expect(peer.closedFor).toBeUndefined();
  });

  it('leaves of a piece that we do not hold are rejected; the piece layer is known without any piece', () => {
    const peer = new ScriptedPeer({ geometry, roots: ROOTS }).greeted();
    ask(peer, WANTED);
    expect(reads(peer)).toEqual([]);
    const layer = { ...WANTED, baseLayer: 2, length: 16 };
    ask(peer, layer);
    expect(reads(peer)).toEqual([layer]);
  });

  it('threat row 10: two answers are made at a time for one link; a flood of requests ends it', () => {
    const peer = seed();
    for (let i = 0; i < 10; i++) ask(peer, { ...WANTED, index: 4 * i });
    expect(reads(peer).length).toBe(2);
    for (let i = 0; i < 10_000 && peer.closedFor === undefined; i++) ask(peer, WANTED);
    expect(peer.closedFor).toBe('peer_flood');
  });

  it('threat row 5: random hash messages never throw and never make the host read what is not there (200 seeds)', () => {
    for (let number = 1; number <= 200; number++) {
      const random = seededRandom(number);
      const peer = new ScriptedPeer({ held: number % 2 ? 'all' : 'none', geometry, roots: ROOTS }).greeted();
      peer.say(encodeHaveAll());
      for (let i = 0; i < 50 && peer.engine.linkCount > 0; i++) {
        const range = {
          root: (random.integer(3) ? ROOTS[random.integer(2)] : '00'.repeat(32)) as FileRoot,
          baseLayer: random.integer(9),
          index: random.integer(4) ? 4 * random.integer(20) : Math.floor(random.fraction() * 2 ** 32),
          length: random.integer(4) ? 2 ** random.integer(11) : Math.floor(random.fraction() * 2 ** 32),
          proofLayers: random.integer(4) ? random.integer(9) : Math.floor(random.fraction() * 2 ** 32),
        };
        const wanted = encodeHashRange(range);
        const messages = [
          encodeHashRequest(wanted),
          encodeHashReject(wanted),
          encodeHashes(wanted, hashes(3)),
        ];
        expect(() => peer.say(messages[random.integer(3)] as Uint8Array), `seed ${number}`).not.toThrow();
      }
      for (const range of reads(peer)) {
        expect(ROOTS, `seed ${number}`).toContain(range.root);
        expect(range.length, `seed ${number}: ${toHex(encodeHashRange(range))}`).toBeLessThanOrEqual(64);
      }
    }
  });

  it('without roots every request is rejected', () => {
    const peer = new ScriptedPeer({ held: 'all', geometry }).greeted();
    ask(peer, WANTED);
    expect(peer.heard().at(-1)?.type).toBe('hashReject');
  });
});
