import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  drawingsOf,
  type PhotoState,
  type PhotoView,
  WAITING,
  wantsJpegOnly,
  whenBoxChanged,
  whenDecoded,
  whenFleetChanged,
  whenSourceFailed,
} from '../../../storefront/src/images/photo-state.ts';
import { edge, imageIdOf, ORIGIN } from '../edges/fleet.ts';

const VIEW: PhotoView = {
  imageId: imageIdOf(3),
  sizes: '100vw',
  edges: [edge('a'), edge('b')],
  settled: true,
  origin: ORIGIN,
  preferredUrl: undefined,
  standsInPage: false,
  nowMs: 1_000,
};
const nameOf = (state: PhotoState) =>
  state.kind === 'loading' || state.kind === 'shown' ? state.source.name : state.kind;

describe('a photo', () => {
  it('waits for the fleet, then loads from an edge, then is shown', () => {
    expect(whenFleetChanged(WAITING, { ...VIEW, settled: false })).toBe(WAITING);
    const loading = whenFleetChanged(WAITING, VIEW);
    expect(loading).toMatchObject({ kind: 'loading', source: { kind: 'edge' }, attempt: 0 });
    expect(whenDecoded(loading)).toMatchObject({ kind: 'shown', attempt: 0 });
  });

  it('that is on its way from a known edge already waits for no measurement', () => {
    const view = { ...VIEW, settled: false, preferredUrl: VIEW.edges[1]?.url };
    expect(nameOf(whenFleetChanged(WAITING, view))).toBe('b');
    expect(whenFleetChanged(WAITING, { ...view, preferredUrl: 'http://gone' })).toBe(WAITING);
  });

  it('that stood in the page is seen as it comes, until it fails or is wanted in another size', () => {
    const view = { ...VIEW, preferredUrl: VIEW.edges[1]?.url, standsInPage: true };
    const loading = whenFleetChanged(WAITING, view);
    expect(loading).toMatchObject({ source: { name: 'b' }, stoodInPage: true });
    expect(whenSourceFailed(loading, view)).toMatchObject({ source: { name: 'a' }, stoodInPage: false });
    expect(whenBoxChanged(loading, { ...view, sizes: '50vw' })).toMatchObject({ stoodInPage: false });
    // From elsewhere it would not be what stands there.
    expect(whenFleetChanged(WAITING, { ...view, preferredUrl: 'http://gone' })).toMatchObject({
      stoodInPage: false,
    });
  });

  it('goes from edge to edge, at last to the origin, then rests and begins again', () => {
    let state = whenFleetChanged(WAITING, VIEW);
    const path = [nameOf(state)];
    for (let count = 0; count < 3; count += 1) {
      state = whenSourceFailed(state, VIEW);
      path.push(nameOf(state));
    }
    expect([path.slice(0, 2).sort(), path.slice(2)]).toEqual([
      ['a', 'b'],
      ['origin', 'resting'],
    ]);
    expect(state).toMatchObject({ kind: 'resting', untilMs: 4_000, round: 1 });
    expect(whenFleetChanged(state, { ...VIEW, edges: [], nowMs: 3_999 })).toBe(state);
    expect(nameOf(whenFleetChanged(state, { ...VIEW, edges: [], nowMs: 4_000 }))).toBe('origin');
  });

  it('leaves its rest as soon as an edge is back', () => {
    const resting: PhotoState = { kind: 'resting', attempt: 3, round: 1, untilMs: 30_000, kept: undefined };
    expect(nameOf(whenFleetChanged(resting, { ...VIEW, edges: [edge('a')] }))).toBe('a');
  });

  it('one that is shown stays, whatever happens to its edge', () => {
    const shown = whenDecoded(whenFleetChanged(WAITING, VIEW));
    expect(whenFleetChanged(shown, { ...VIEW, edges: [] })).toBe(shown);
  });

  it('in a box of another size it is loaded beside what is shown, which stays until that is decoded', () => {
    const shown = whenDecoded(whenFleetChanged(WAITING, VIEW));
    expect(whenBoxChanged(shown, VIEW)).toBe(shown);
    const other = { ...VIEW, sizes: '50vw' };
    const loading = whenBoxChanged(shown, other);
    expect(drawingsOf(loading).map(({ attempt, sizes }) => [attempt, sizes])).toEqual([
      [0, '100vw'],
      [1, '50vw'],
    ]);
    expect(nameOf(loading)).toBe(nameOf(shown));
    const replaced = whenDecoded(loading);
    expect(replaced).toMatchObject({ kind: 'shown', isReplacement: true });
    expect(drawingsOf(replaced)).toHaveLength(1);
  });

  it('what is shown outlives every failure of what was to replace it', () => {
    let state = whenBoxChanged(whenDecoded(whenFleetChanged(WAITING, VIEW)), { ...VIEW, sizes: '50vw' });
    while (state.kind === 'loading') {
      expect(drawingsOf(state)[0]?.attempt).toBe(0);
      state = whenSourceFailed(state, VIEW);
    }
    expect(state.kind).toBe('resting');
    expect(drawingsOf(state).map(({ attempt }) => attempt)).toEqual([0]);
  });

  it('each attempt is numbered anew, so that a late event of the one before is known', () => {
    const states = fc.array(fc.constantFrom('fail', 'decode', 'fleet', 'time'), { maxLength: 40 });
    fc.assert(
      fc.property(states, (events) => {
        let state: PhotoState = WAITING;
        let nowMs = 0;
        for (const event of events) {
          const before: PhotoState = state;
          if (event === 'time') nowMs += 5_000;
          const view = { ...VIEW, nowMs, edges: nowMs % 10_000 === 0 ? VIEW.edges : [] };
          if (event === 'fail') state = whenSourceFailed(state, view);
          else if (event === 'decode') state = whenDecoded(state);
          else state = whenFleetChanged(state, view);
          if (before.kind === 'waiting' || state.kind === 'waiting') continue;
          expect(state.attempt).toBeGreaterThanOrEqual(before.attempt);
          const failed = event === 'fail' && before.kind !== 'resting';
          expect(state.attempt - before.attempt).toBe(failed ? 1 : 0);
        }
      }),
    );
  });

  it('from the third round on only JPEG is asked for', () => {
    const drawing = { source: ORIGIN, attempt: 0, sizes: '100vw', stoodInPage: false };
    expect(wantsJpegOnly({ ...drawing, round: 1 })).toBe(false);
    expect(wantsJpegOnly({ ...drawing, round: 2 })).toBe(true);
  });
});
