import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FleetAnnouncer } from '../../../edge-node/feed/fleet-announcer.ts';
import type { AnnounceFrame } from '../../../shared/feed/announce-frames.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { InfoHash } from '../../../shared/units.ts';

const AWAY_MS = 30_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Set n is published by entry n, and its info-hash ends in n. */
const setOf = (number: number) => number.toString(16).padStart(40, '0') as InfoHash;

function rig() {
  const table = {
    numberOf: (set: InfoHash) => Number.parseInt(set, 16),
    byNumber: (number: number) => (number <= 1_000 ? setOf(number) : undefined),
  };
  const announcer = new FleetAnnouncer({ table, random: seededRandom(1), awayMs: AWAY_MS });
  const frames: AnnounceFrame[] = [];
  const told: string[] = [];
  const swarm = {
    trackerPeers: (set: InfoHash, addresses: readonly { port: number }[]) =>
      told.push(`${Number.parseInt(set, 16)} ${addresses.map(({ port }) => port)}`),
    announceAgain: (set: InfoHash) => told.push(`${Number.parseInt(set, 16)} again`),
  };
  announcer.start(swarm, (frame) => frames.push(frame));
  const take = (number: number, event: 'started' | 'completed' | 'stopped', leftBytes = 1) =>
    announcer.take({
      type: 'announce',
      torrent: setOf(number),
      event,
      leftBytes,
      uploadedBytes: 0,
      downloadedBytes: 0,
    });
  return { announcer, frames, told, take };
}

test('FA2, FA3: 200 sets joined at once are three frames, and none goes to HTTP', () => {
  const { announcer, frames, take, told } = rig();
  expect(take(1, 'started', 0)).toBe(true);
  announcer.welcomed();
  vi.advanceTimersByTime(1_000);
  for (let number = 2; number <= 200; number++) expect(take(number, 'started')).toBe(true);
  vi.advanceTimersByTime(1_000);
  for (let number = 2; number <= 200; number++) expect(take(number, 'completed', 0)).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(frames).toEqual([
    { type: 'announce', has: [1, 1], wants: [], left: [], whole: true },
    { type: 'announce', has: [], wants: [2, 200], left: [], whole: false },
    { type: 'announce', has: [2, 200], wants: [], left: [], whole: false },
  ]);
  expect(told).toEqual([]);
});

test('FA5: a feed that is back within 30 s leaves HTTP alone, and tells all again', () => {
  const { announcer, frames, take, told } = rig();
  announcer.welcomed();
  take(1, 'started', 0);
  vi.advanceTimersByTime(1_000);
  announcer.lost();
  expect(take(2, 'started')).toBe(true);
  vi.advanceTimersByTime(AWAY_MS - 1);
  // Each dial that fails is a loss too, and does not begin the time anew.
  announcer.lost();
  announcer.welcomed();
  vi.advanceTimersByTime(AWAY_MS);
  expect(told).toEqual([]);
  expect(frames.at(-1)).toEqual({ type: 'announce', has: [1, 1], wants: [2, 2], left: [], whole: true });
});

test('FA5: without a feed for 30 s sets go to HTTP, those that miss pieces first; with it back they stop', () => {
  const { announcer, frames, take, told } = rig();
  take(1, 'started', 0);
  take(2, 'started');
  vi.advanceTimersByTime(AWAY_MS - 1);
  announcer.lost();
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(['2 again', '1 again']);
  expect(take(3, 'started')).toBe(false);
  expect(take(1, 'stopped')).toBe(false);
  announcer.welcomed();
  expect(told.slice(2)).toEqual(['2 ', '3 ']);
  expect(take(3, 'completed', 0)).toBe(true);
  vi.advanceTimersByTime(2_000);
  expect(frames).toEqual([{ type: 'announce', has: [3, 3], wants: [2, 2], left: [], whole: true }]);
});

test('FA4: peers are given to the torrents of the entries that are named', () => {
  const { announcer, told } = rig();
  const addresses = [
    { ip: '10.0.0.1', port: 7 },
    { ip: '10.0.0.2', port: 8 },
  ];
  announcer.peersTold({
    type: 'peers',
    addresses,
    sets: [
      { entry: 4, peers: [1, 0] },
      { entry: 2_000, peers: [0] },
    ],
  });
  expect(told).toEqual(['4 8,7']);
});

test('a log that was rewound gives sets other numbers: all is told again', () => {
  const { announcer, frames, take } = rig();
  announcer.renumbered();
  take(5, 'started');
  announcer.welcomed();
  vi.advanceTimersByTime(2_000);
  announcer.renumbered();
  vi.advanceTimersByTime(2_000);
  expect(frames.map(({ wants, whole }) => ({ wants, whole }))).toEqual([
    { wants: [5, 5], whole: true },
    { wants: [5, 5], whole: true },
  ]);
  announcer.close();
  take(6, 'started');
  vi.advanceTimersByTime(AWAY_MS);
  expect(frames).toHaveLength(2);
});
