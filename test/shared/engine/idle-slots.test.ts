import { describe, expect, it } from 'vitest';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES, type LinkId, type PeerId } from '../../../shared/units.ts';
import {
  encodeHaveNone,
  encodeInterested,
  encodeKeepAlive,
  encodeRequest,
} from '../../../shared/wire/encode.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { INFO_HASH, ScriptedPeer } from '../../support/scripted-peer.ts';

const geometry = new Geometry(BLOCK_BYTES, [64 * BLOCK_BYTES]);
const idOf = (link: number) => link.toString(16).padStart(2, '0').repeat(20) as PeerId;

/** A seed with two slots and none drawn at random; nodes of its fleet are links 1, 2, … that want everything. */
function seedOf(nodes: number, { superSeed }: { superSeed: boolean }) {
  const seed = new ScriptedPeer({
    held: 'all',
    geometry,
    superSeed,
    engine: { uploadSlots: 2, hasOptimisticSlot: false, trace: true },
  });
  const links = Array.from({ length: nodes }, (_, at) => (at + 1) as LinkId);
  seed.input({ type: 'fleet', nodes: links.map((link) => ({ peerId: idOf(link), isOrigin: false })) });
  const say = (link: LinkId, ...chunks: readonly Uint8Array[]) => {
    for (const bytes of chunks) seed.input({ type: 'linkData', link, bytes });
  };
  for (const link of links) {
    const address = { ip: `10.0.0.${link}`, port: 6881 };
    seed.input({ type: 'linkOpened', link, direction: 'inbound', address, torrent: undefined });
    const handshake = { infoHash: INFO_HASH, peerId: idOf(link), fast: true, extended: false, v2: false };
    say(link, encodeHandshake(handshake), encodeHaveNone(), encodeInterested());
  }
  const hasSlot = (link: number) => {
    let is = false;
    for (const action of seed.actions)
      if (action.type === 'trace' && 'link' in action.event && action.event.link === link)
        is = action.event.type === 'unchoked' || (action.event.type !== 'choked' && is);
    return is;
  };
  const ask = (link: number, piece: number) => {
    say(link as LinkId, encodeRequest(geometry.block(geometry.pieceIndex(piece)!, 0)));
    seed.serveReads();
  };
  const stayAlive = () => {
    for (const link of links) say(link, encodeKeepAlive());
  };
  return { seed, hasSlot, ask, stayAlive };
}

describe('threat row 13: who has a slot and asks for nothing', () => {
  it('loses it after half a minute to one that waits', () => {
    const { seed, hasSlot, ask } = seedOf(3, { superSeed: false });
    for (let second = 0; second < 45; second++) {
      expect([1, 2, 3].map(hasSlot), `after ${second} s`).toEqual([true, second < 30, second >= 30]);
      ask(1, second);
      seed.pass(1_000);
    }
  });

  it('is not who waits for what we have not sent yet', () => {
    const { seed, hasSlot, ask } = seedOf(3, { superSeed: false });
    // The kernel takes nothing: what is asked for then stays in the queue.
    for (let piece = 0; piece < 20; piece++) ask(1, piece);
    seed.pass(45_000);
    expect([1, 2, 3].map(hasSlot)).toEqual([true, false, true]);
  });

  it.each([
    ['a super-seeding origin', true],
    ['a seed', false],
  ])('takes turns with others like him, also at %s', (_, superSeed) => {
    const { seed, hasSlot, stayAlive } = seedOf(4, { superSeed });
    for (let round = 0; round < 3; round++) {
      const had = new Set<number>();
      for (let second = 0; second < 120; second++) {
        for (const link of [1, 2, 3, 4]) if (hasSlot(link)) had.add(link);
        stayAlive();
        seed.pass(1_000);
      }
      expect([...had].sort(), `round ${round}`).toEqual([1, 2, 3, 4]);
    }
  });
});
