/** FA6: in a large fleet, who has a set that few have is named to those who want it. */
import { expect, onTestFinished, test } from 'vitest';
import { EdgeRegistry } from '../../../server/feed/edge-registry.ts';
import { FleetAnnounces } from '../../../server/tracker/fleet-announces.ts';
import { Tracker } from '../../../server/tracker/tracker.ts';
import type { PeersFrame } from '../../../shared/feed/announce-frames.ts';
import { parseServerFrame } from '../../../shared/feed/server-frame.ts';
import type { PeerId } from '../../../shared/units.ts';
import { waitFor } from '../../support/wait-for.ts';
import { catalogFixture } from '../support/catalog-fixture.ts';

const MARKER = 1_000;

async function fleetOf(count: number) {
  const fixture = await catalogFixture();
  const image = await fixture.publish('cup');
  const { catalog } = fixture;
  const announces = new FleetAnnounces(() => catalog.head().number, { newsEveryMs: 5 });
  const tracker = new Tracker({
    catalog,
    registry: new EdgeRegistry(),
    announces,
    origin: { peerId: 'aa'.repeat(20) as PeerId, port: 6881, advertiseIp: undefined },
  });
  onTestFinished(async () => {
    tracker.close();
    await fixture.remove();
  });
  const told: PeersFrame[][] = [];
  const holds = Array.from({ length: count }, (_, at) => {
    const hold = { peerId: String(at).padStart(40, '0') as PeerId, generation: at };
    const frames: PeersFrame[] = [];
    told.push(frames);
    const sendText = (text: string) => void frames.push(parseServerFrame(text) as PeersFrame);
    announces.joined(hold, { ip: `10.0.0.${at + 1}`, port: 6882 }, { hasRoom: true, sendText });
    return hold;
  });
  const number = image.entryNumber;
  const nothing = { type: 'announce', has: [], wants: [], left: [], whole: false } as const;
  const say = (edge: number, state: 'has' | 'wants') =>
    announces.received(holds[edge]!, { ...nothing, [state]: [number, number] });
  const namedTo = (edge: number) =>
    told[edge]!.flatMap(({ addresses }) => addresses.map(({ ip }) => Number(ip.split('.')[3]) - 1));
  /** Resolves when the edge was told whatever it was to be told by now: news go in order. */
  const toldAll = async (edge: number) => {
    const marker = announces.sets.open('ff'.repeat(20) as PeerId, { ip: '10.9.9.9', port: 1 })!;
    announces.tell(holds[edge]!.peerId, MARKER, [marker.asSeed]);
    await waitFor(() => expect(told[edge]!.at(-1)?.sets.at(-1)?.entry).toBe(MARKER));
  };
  const entriesTold = (edge: number) => told[edge]!.flatMap(({ sets }) => sets.map(({ entry }) => entry));
  return { say, namedTo, told, number, toldAll, entriesTold };
}

test('FA6: three of sixty edges have the set: whoever wants it is told of them and not of itself', async () => {
  const { say, namedTo, told, number } = await fleetOf(60);
  for (const edge of [3, 30, 59]) say(edge, 'has');
  say(7, 'wants');
  await waitFor(() => expect(namedTo(7).sort((a, b) => a - b)).toEqual([3, 30, 59]));
  expect(told[7]![0]!.sets.map(({ entry }) => entry)).toEqual([number]);
  say(8, 'wants');
  await waitFor(() => expect(namedTo(8).sort((a, b) => a - b)).toEqual([3, 7, 30, 59]));
  expect(namedTo(3), 'who has it all dials nobody').toEqual([]);
});

test('FA6: twenty at most are named, and none once a quarter of the fleet has the set', async () => {
  const { say, namedTo, toldAll, entriesTold } = await fleetOf(200);
  for (let edge = 0; edge < 40; edge++) say(edge, 'has');
  say(100, 'wants');
  await waitFor(() => expect(namedTo(100).length).toBe(20));
  for (let edge = 40; edge < 60; edge++) say(edge, 'has');
  say(101, 'wants');
  await toldAll(101);
  expect(entriesTold(101)).toEqual([MARKER]);
});

test('FA6: in a fleet whose edges all know each other nobody is named', async () => {
  const { say, toldAll, entriesTold } = await fleetOf(40);
  say(3, 'has');
  say(7, 'wants');
  await toldAll(7);
  expect(entriesTold(7)).toEqual([MARKER]);
});
