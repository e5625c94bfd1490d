import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readUrlState,
  type UrlState,
  writeUrlState,
} from '../../../../storefront/src/swarm/share/url-state.ts';

const full: UrlState = {
  scenario: 'fan-out',
  seed: 7,
  atMs: 5_200,
  speed: 0.05,
  selection: { kind: 'link', a: 3, b: 5 },
  acts: ['kill-3@4000', 'free-ride-2@6000'],
};

describe('what an address says', () => {
  it('scenario, seed, time, speed, selection and acts come back as they were written', () => {
    const search = writeUrlState(full);
    expect(search).toBe(
      '?scenario=fan-out&seed=7&t=5200&speed=0.05&select=link-3-5&acts=kill-3@4000,free-ride-2@6000',
    );
    expect(readUrlState(search)).toEqual(full);
  });

  it.each([
    { recording: 'origin-dies', selection: { kind: 'node', node: 4 } },
    { fleet: 'http://127.0.0.1:8080' },
    { recording: 'a', selection: { kind: 'message', message: 1234 } },
    {},
  ] satisfies UrlState[])('%j', (state) => {
    expect(readUrlState(writeUrlState(state))).toEqual(state);
  });

  it.each([
    ['?scenario=../../secret', {}],
    ['?seed=-1&t=1e9&speed=-2', {}],
    ['?seed=99999999999', {}],
    ['?fleet=javascript:alert(1)', {}],
    ['?fleet=not%20an%20address', {}],
    ['?select=node-x', {}],
    ['?select=link-3', {}],
    ['?acts=<script>,kill-1@20', { acts: ['kill-1@20'] }],
  ])('%s: what is not understood is left out', (search, state) => {
    expect(readUrlState(search)).toEqual(state);
  });

  it('any text is read without an error, and what was read is written and read the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const state = readUrlState(text);
        expect(readUrlState(writeUrlState(state))).toEqual(
          state.atMs === undefined ? state : { ...state, atMs: Math.round(state.atMs) },
        );
      }),
    );
  });
});
