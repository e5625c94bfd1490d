/** Goal: a fresh edge of a shop with thousands of image sets gets one after the other, without a pause. */
import { expect, it } from 'vitest';
import { Bitfield } from '../../../shared/bitfield.ts';
import { Geometry } from '../../../shared/geometry.ts';
import type { InfoHash, InfoHashV2 } from '../../../shared/units.ts';
import {
  encodeClose,
  encodeMessageEnvelope,
  encodeOpen,
  OUR_CHANNELS_ID,
} from '../../../shared/wire/channels.ts';
import { encodeInterested, encodeNotInterested } from '../../../shared/wire/encode.ts';
import { saidOnChannels, withChannels } from '../../support/channel-peer.ts';
import { PEER_ADDRESS, type ScriptedPeer } from '../../support/scripted-peer.ts';
import { randomTorrent, VirtualSwarm } from '../../support/virtual-swarm.ts';

const MOST_CHANNELS = 4_096;
const SETS = MOST_CHANNELS + 200;
/** Shorter than the pause after an open that was refused. */
const IN_TIME_MS = 4_000;

it('CH13: with more sets than a link has channels for, those that wait are opened as others end', () => {
  const swarm = new VirtualSwarm(13);
  const torrents = Array.from({ length: SETS }, (_, i) => randomTorrent(new Geometry(16_384, [100]), i));
  for (const torrent of torrents) swarm.addTorrent(torrent);
  const origin = swarm.addNode('origin');
  const edge = swarm.addNode('edge');
  for (const torrent of torrents) origin.add(torrent, { seed: true });
  for (const torrent of torrents) edge.add(torrent, {});
  let most = 0;
  const isDone = () => {
    most = Math.max(most, edge.engine.channelCount);
    return edge.engine.wantingCount === 0;
  };
  expect(swarm.runUntil(isDone, IN_TIME_MS)).toBe(true);
  expect(most).toBeLessThanOrEqual(MOST_CHANNELS);
  expect(edge.engine.counters.fromPeersBytes).toBe(100 * SETS);
});

const infoHashOf = (number: number) => number.toString(16).padStart(40, '0') as InfoHash;

/** Of the given number; complete unless it is wanted. */
function addSet(peer: ScriptedPeer, number: number, isWanted: boolean): void {
  const geometry = new Geometry(16_384, [100]);
  const infoHashV2 = number.toString(16).padStart(64, '0') as InfoHashV2;
  const verified = isWanted ? Bitfield.empty(1) : Bitfield.full(1);
  const rest = { want: 'all', superSeed: false, webSeed: false } as const;
  peer.input({
    type: 'addTorrent',
    torrent: infoHashOf(number),
    infoHashV2,
    geometry,
    verified,
    ...rest,
  });
}

/** With channel 0 they fill the link. The first set is wanted, the others are complete. */
function withFullLink(): ScriptedPeer {
  const peer = withChannels();
  for (let number = 1; number < MOST_CHANNELS; number++) {
    addSet(peer, number, number === 1);
    peer.say(encodeOpen(OUR_CHANNELS_ID, 2 * number - 1, infoHashOf(number), { type: 'none' }));
  }
  expect(peer.engine.channelCount).toBe(MOST_CHANNELS);
  return peer;
}

it('CH13: a torrent that has its channel on a full link waits for none, so that quiet ones are not hurried', () => {
  const peer = withFullLink();
  // The last one's channel is quiet.
  for (const message of [encodeInterested(), encodeNotInterested()]) {
    const envelope = encodeMessageEnvelope(OUR_CHANNELS_ID, 2 * MOST_CHANNELS - 3, message.length - 4);
    peer.say(envelope, message.subarray(4));
  }
  peer.input({ type: 'peersFound', torrent: infoHashOf(1), addresses: [PEER_ADDRESS] });
  peer.pass(5_000);
  expect(saidOnChannels(peer).filter(({ type }) => type === 'close')).toEqual([]);
  expect(peer.closedFor).toBeUndefined();
});

it('CH13: the oldest torrent is opened first, and not the first to hear where its nodes are', () => {
  const peer = withFullLink();
  const waiting = [MOST_CHANNELS, MOST_CHANNELS + 1, MOST_CHANNELS + 2];
  for (const number of waiting) addSet(peer, number, true);
  for (const number of waiting.toReversed())
    peer.input({ type: 'peersFound', torrent: infoHashOf(number), addresses: [PEER_ADDRESS] });
  for (const number of waiting) peer.say(encodeClose(OUR_CHANNELS_ID, 2 * (number - MOST_CHANNELS) + 11));
  const opened = saidOnChannels(peer).flatMap((said) => (said.type === 'open' ? [said.infoHash] : []));
  expect(opened).toEqual(waiting.map(infoHashOf));
});

it('CH13: a torrent that waits for a channel asks its tracker when it is told to, and no sooner', () => {
  const peer = withFullLink();
  addSet(peer, MOST_CHANNELS, true);
  const torrent = infoHashOf(MOST_CHANNELS);
  const told = { type: 'announced', torrent, addresses: [PEER_ADDRESS], intervalMs: 40_000 } as const;
  // It waits from the first answer on, and hears of nothing new by the second.
  for (const answer of [told, told]) peer.input(answer);
  const askedBefore = announcesOf(peer, torrent);
  peer.pass(30_000);
  expect(announcesOf(peer, torrent)).toBe(askedBefore);
  peer.pass(20_000);
  expect(announcesOf(peer, torrent)).toBe(askedBefore + 1);
});

const announcesOf = ({ actions }: ScriptedPeer, torrent: InfoHash): number =>
  actions.filter((action) => action.type === 'announce' && action.torrent === torrent).length;
