/** What the engine tells those who look, over links of virtual time. */
import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../shared/engine/trace.ts';
import { Geometry } from '../../../shared/geometry.ts';
import { randomTorrent, type VirtualNode, VirtualSwarm } from '../../support/virtual-swarm.ts';

const BLOCK = 16_384;

/** A seed and two that take; what their engines tell. */
function swarm() {
  const virtual = new VirtualSwarm(1);
  const geometry = new Geometry(2 * BLOCK, [40 * BLOCK]);
  const torrent = randomTorrent(geometry, 1);
  virtual.addTorrent(torrent);
  const names = ['seed', 'first', 'second'];
  const nodes = names.map((name) => virtual.addNode(name, { upBytesPerSecond: 1_000_000 }));
  const told = nodes.map(listen);
  for (const node of nodes) node.add(torrent, { seed: node === nodes[0] });
  const finish = () => {
    expect(virtual.runUntil(() => nodes.every((node) => node.holdsAll(torrent)), 60_000)).toBe(true);
    // What was said last arrives.
    virtual.runUntil(() => false, 1_000);
  };
  return { virtual, nodes, told, torrent, finish };
}

/** What a node tells, and how many bytes it sent. */
function listen(node: VirtualNode): TraceEvent[] & { sentBytes: number } {
  const told = Object.assign([] as TraceEvent[], { sentBytes: 0 });
  const { engine } = node;
  const { step } = engine;
  engine.step = (input, now) => {
    const result = step(input, now);
    for (const action of result.actions) {
      if (action.type === 'trace') told.push(action.event);
      if (action.type === 'send') for (const chunk of action.chunks) told.sentBytes += chunk.length;
    }
    return result;
  };
  return told;
}

const count = (told: readonly TraceEvent[], type: TraceEvent['type']) =>
  told.filter((event) => event.type === type).length;
const messages = (told: readonly TraceEvent[], type: 'messageSent' | 'messageReceived') =>
  told.flatMap((event) => (event.type === type ? [event.message.kind] : [])).sort();

/** Of two links that were dialled at once one ends, and what is on its way there never arrives. */
function onStandingLinks(events: readonly TraceEvent[]): TraceEvent[] {
  const ended = new Set(events.flatMap((event) => (event.type === 'linkEnded' ? [event.link] : [])));
  return events.filter((event) => !('link' in event && ended.has(event.link)));
}

describe('the trace', () => {
  it('says nothing while nobody looks', () => {
    const { told, finish } = swarm();
    finish();
    expect(told.flat()).toEqual([]);
  });

  it('tells each message once at either end, with the bytes that went over the wire', () => {
    const { nodes, told, finish } = swarm();
    for (const node of nodes) node.input({ type: 'setTrace', on: true });
    finish();
    const all = told.flatMap(onStandingLinks);
    expect(messages(all, 'messageSent').length).toBeGreaterThan(200);
    expect(messages(all, 'messageReceived')).toEqual(messages(all, 'messageSent'));
    expect(all.filter((event) => 'message' in event && event.message.kind === 'unknown')).toEqual([]);
    for (const events of told) {
      const bytes = events.flatMap((event) => (event.type === 'messageSent' ? [event.message.bytes] : []));
      expect(bytes.reduce((sum, length) => sum + length, 0)).toBe(events.sentBytes);
    }
  });

  it('every block that was asked for came, was called off, or came twice; every piece was verified and written', () => {
    const { nodes, told, finish } = swarm();
    for (const node of nodes) node.input({ type: 'setTrace', on: true });
    finish();
    for (const events of told.slice(1)) {
      const settled =
        count(events, 'blockReceived') + count(events, 'requestOff') + count(events, 'blockWasted');
      expect(settled).toBe(count(events, 'requested'));
      expect(count(events, 'pieceVerified')).toBe(20);
      expect(count(events, 'pieceFlushed')).toBe(20);
    }
  });

  it('begins with how things stand', () => {
    const { virtual, nodes, told, torrent } = swarm();
    const [, first] = nodes as [VirtualNode, VirtualNode];
    expect(virtual.runUntil(() => first.engine.counters.fromPeersBytes > 10 * BLOCK, 60_000)).toBe(true);
    first.input({ type: 'setTrace', on: true });
    const [, events = []] = told;
    const added = events.find((event) => event.type === 'torrentAdded');
    expect(added).toMatchObject({ torrent: torrent.infoHash, want: 'all' });
    expect(count(events, 'linkReady')).toBe(2);
    expect(count(events, 'channelOpened')).toBe(2);
    expect(count(events, 'unchokedBy')).toBeGreaterThan(0);
    expect(count(events, 'requested')).toBeGreaterThan(0);
  });
});
