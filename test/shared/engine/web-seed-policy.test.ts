import { describe, expect, it } from 'vitest';
import { decideWebSeed, type WebSeedView } from '../../../shared/engine/web-seed-policy.ts';
import { Geometry } from '../../../shared/geometry.ts';
import type { PieceIndex } from '../../../shared/units.ts';

const geometry = new Geometry(16_384, [16_384 * 5, 16_384 * 4]);

function view(overrides: Partial<WebSeedView> = {}): WebSeedView {
  return {
    geometry,
    now: 10_000,
    awaited: [],
    mayPeersGive: true,
    wantsAll: false,
    lastPeerBlockAt: 9_999,
    lastAnyBlockAt: 0,
    patienceMs: 30_000,
    isFree: () => true,
    idleMs: 4_000,
    fetchBytes: 16_384 * 3,
    draw: () => 0,
    ...overrides,
  };
}

const awaits = (piece: number, dueAt: number) => ({ piece: piece as PieceIndex, dueAt });

describe('the web seed is asked', () => {
  it('for a reader when the piece is due, and not before', () => {
    expect(decideWebSeed(view({ awaited: [awaits(2, 10_050)] }))).toEqual({ type: 'wait', until: 10_050 });
    expect(decideWebSeed(view({ awaited: [awaits(2, 10_000)] }))).toMatchObject({
      type: 'fetch',
      firstPiece: 2,
      forReader: true,
    });
  });

  it('for the reader whose piece is due, though another came first', () => {
    const awaited = [awaits(2, 10_050), awaits(4, 9_000)];
    expect(decideWebSeed(view({ awaited }))).toMatchObject({ type: 'fetch', firstPiece: 4 });
  });

  it('for a run of free pieces within one file and one fetch', () => {
    const at = (piece: number, isFree: (piece: PieceIndex) => boolean = () => true) =>
      decideWebSeed(view({ awaited: [awaits(piece, 0)], isFree }));
    expect(at(0)).toMatchObject({ firstPiece: 0, pieceCount: 3 });
    expect(at(3)).toMatchObject({ firstPiece: 3, pieceCount: 2 });
    expect(at(0, (piece) => piece !== 1)).toMatchObject({ firstPiece: 0, pieceCount: 1 });
  });

  it('in the background only when no peer gave anything for long', () => {
    expect(decideWebSeed(view({ wantsAll: true }))).toMatchObject({ type: 'wait' });
    const idle = decideWebSeed(view({ wantsAll: true, lastPeerBlockAt: 5_000 }));
    expect(idle).toMatchObject({ type: 'fetch', forReader: false });
  });

  it('not while peers are busy with other torrents, but not later than patience allows', () => {
    const busy = { wantsAll: true, lastPeerBlockAt: 1_000, lastAnyBlockAt: 9_900 };
    expect(decideWebSeed(view(busy))).toMatchObject({ type: 'wait' });
    expect(decideWebSeed(view({ ...busy, mayPeersGive: false }))).toMatchObject({ type: 'fetch' });
    const origin = { ...busy, patienceMs: Number.POSITIVE_INFINITY, now: 60_000, lastAnyBlockAt: 59_900 };
    expect(decideWebSeed(view(origin))).toMatchObject({ type: 'wait' });
    expect(decideWebSeed(view({ ...origin, lastAnyBlockAt: 50_000 }))).toMatchObject({ type: 'fetch' });
    expect(decideWebSeed(view({ ...busy, patienceMs: 9_000 }))).toMatchObject({ type: 'fetch' });
  });

  it('never for what nobody wants', () => {
    expect(decideWebSeed(view())).toEqual({ type: 'wait', until: Number.POSITIVE_INFINITY });
  });
});
