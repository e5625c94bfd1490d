import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../shared/engine/channel.ts';
import { Link } from '../../../shared/engine/link.ts';
import { RemoteNode } from '../../../shared/engine/node.ts';
import { joinGroup } from '../../../shared/engine/node-group.ts';
import { EngineState } from '../../../shared/engine/state.ts';
import type { Torrent } from '../../../shared/engine/torrent.ts';
import { blockSent, linkDrained, sendBufferOf, uplinkIdle } from '../../../shared/engine/uplink.ts';
import { seededRandom } from '../../../shared/random.ts';
import { BLOCK_BYTES, type LinkId, type PeerId } from '../../../shared/units.ts';
import { MessageDecoder } from '../../../shared/wire/decoder.ts';
import { HandshakeReader } from '../../../shared/wire/handshake.ts';

const OUR_ID = '00'.repeat(20) as PeerId;
const DEPTH = { minRequests: 1, initialRequests: 1, maxRequests: 1, targetLatencyMs: 1 };

function uplink() {
  const state = new EngineState({ peerId: OUR_ID, listenPort: undefined, random: seededRandom(1) });
  let nextLink = 1;
  const linkOf = (node: RemoteNode): Link => {
    const reader = new HandshakeReader();
    const phase = { name: 'handshaking', reader, torrent: undefined } as const;
    const link = new Link(nextLink++ as LinkId, 'inbound', { ip: node.ip, port: 1 }, phase, 0);
    const decoder = new MessageDecoder({ maxMessageBytes: 1_000 });
    link.phase = { name: 'ready', node, decoder, fast: true, extended: true };
    node.links.add(link);
    return link;
  };
  const nodeAt = (ip: string, isFleet: boolean): RemoteNode => {
    const peerId = `${nextLink}`.padStart(40, '0') as PeerId;
    const group = joinGroup(state, { key: `${peerId}@${ip}`, ip, isFleet });
    const node = new RemoteNode(peerId, ip, isFleet, group, DEPTH, 0);
    group.nodes.add(node);
    return node;
  };
  return { state, linkOf, nodeAt };
}

describe('who may send on a full uplink', () => {
  it('all links of a node share what one would have: who opens more of them does not get more', () => {
    const { state, linkOf, nodeAt } = uplink();
    const node = nodeAt('203.0.113.1', false);
    const links = Array.from({ length: 3 }, () => linkOf(node));
    const sum = links.reduce((bytes, link) => bytes + sendBufferOf(state, link), 0);
    expect(sum).toBe(state.options.sendBufferBytes);
    for (let i = 0; i < 50; i++) linkOf(node);
    expect(sendBufferOf(state, links[0] as Link), 'a block at least').toBe(BLOCK_BYTES);
  });

  it('threat row 1: a stranger beside the fleet waits while a block for an edge waits to leave', () => {
    const { state, linkOf, nodeAt } = uplink();
    const edge = nodeAt('203.0.113.1', true);
    const stranger = nodeAt('198.51.100.1', false);
    state.fleet = new Map([[edge.peerId, { isOrigin: false }]]);
    const [first, after] = [linkOf(edge), linkOf(stranger)];
    expect(sendBufferOf(state, after), 'nobody else wants anything').toBe(BLOCK_BYTES);
    first.unsentBytes = BLOCK_BYTES;
    blockSent(state, first, edge, BLOCK_BYTES);
    after.serving.add({} as Channel);
    expect(sendBufferOf(state, after)).toBe(0);
    expect(linkDrained(state, first)).toBeUndefined();
    first.unsentBytes = 0;
    expect(linkDrained(state, first), 'the kernel may have it still').toBeUndefined();
    state.now = state.timers.nextAt() ?? 0;
    expect(state.now, 'somebody will look again').toBeGreaterThan(0);
    expect(uplinkIdle(state)).toBe(after);
  });

  it('threat row 13: a node that gives nothing has no more of a busy uplink, though the kernel takes all at once', () => {
    const { state, linkOf, nodeAt } = uplink();
    const giver = nodeAt('203.0.113.1', true);
    const rider = nodeAt('203.0.113.2', true);
    state.wantingTorrents.add({} as Torrent);
    rider.sent.add(1e6, state.now);
    const [first, after] = [linkOf(giver), linkOf(rider)];
    let served = 0;
    for (let i = 0; i < 320; i++) {
      state.now += 7;
      giver.sent.add(BLOCK_BYTES, state.now);
      giver.received.add(BLOCK_BYTES, state.now);
      blockSent(state, first, giver, BLOCK_BYTES);
      linkDrained(state, first);
      if (sendBufferOf(state, after) === 0) continue;
      served++;
      blockSent(state, after, rider, BLOCK_BYTES);
    }
    expect(served).toBe(10);
    state.now += 1_000;
    expect(sendBufferOf(state, after), 'the others want nothing more').toBe(BLOCK_BYTES);
  });

  it('a link on which nothing moves keeps nobody waiting, and neither does one that is closed', () => {
    const { state, linkOf, nodeAt } = uplink();
    const edge = nodeAt('203.0.113.1', true);
    const stranger = nodeAt('198.51.100.1', false);
    state.fleet = new Map([[edge.peerId, { isOrigin: false }]]);
    const [stuck, after] = [linkOf(edge), linkOf(stranger)];
    stuck.unsentBytes = BLOCK_BYTES;
    blockSent(state, stuck, edge, BLOCK_BYTES);
    after.serving.add({} as Channel);
    expect(sendBufferOf(state, after)).toBe(0);
    let looks = 0;
    while (uplinkIdle(state) === undefined) {
      expect(++looks).toBeLessThan(20);
      state.now = state.timers.nextAt();
      expect(state.now, 'somebody will look again').toBeLessThan(5_000);
      state.timers.takeDue(state.now);
    }
    expect(looks).toBeGreaterThan(1);
  });

  it('a link whose requests were cancelled while it waited passes its turn on', () => {
    const { state, linkOf, nodeAt } = uplink();
    const edge = nodeAt('203.0.113.1', true);
    const [first, second] = [nodeAt('198.51.100.1', false), nodeAt('198.51.101.1', false)];
    state.fleet = new Map([[edge.peerId, { isOrigin: false }]]);
    const [busy, cancelled, waiting] = [linkOf(edge), linkOf(first), linkOf(second)];
    blockSent(state, busy, edge, BLOCK_BYTES);
    sendBufferOf(state, cancelled);
    sendBufferOf(state, waiting);
    waiting.serving.add({} as Channel);
    state.now = 1_000;
    expect(linkDrained(state, busy)).toBe(waiting);
  });

  it('and gets one block of thirty-two in any case', () => {
    const { state, linkOf, nodeAt } = uplink();
    const edge = nodeAt('203.0.113.1', true);
    const stranger = nodeAt('198.51.100.1', false);
    state.fleet = new Map([[edge.peerId, { isOrigin: false }]]);
    const [first, after] = [linkOf(edge), linkOf(stranger)];
    first.unsentBytes = BLOCK_BYTES;
    let served = 0;
    for (let i = 0; i < 320; i++) {
      blockSent(state, first, edge, BLOCK_BYTES);
      if (sendBufferOf(state, after) === 0) continue;
      served++;
      blockSent(state, after, stranger, BLOCK_BYTES);
    }
    expect(served).toBe(10);
  });
});
