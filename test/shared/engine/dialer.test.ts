import { expect, test } from 'vitest';
import { Bitfield } from '../../../shared/bitfield.ts';
import { createEngine } from '../../../shared/engine/engine.ts';
import type { EngineInput } from '../../../shared/engine/inputs.ts';
import { Geometry } from '../../../shared/geometry.ts';
import { nodeHashes } from '../../../shared/node/hashing/node-hashes.ts';
import { seededRandom } from '../../../shared/random.ts';
import type { InfoHash, InfoHashV2, PeerId } from '../../../shared/units.ts';
import { encodeExtended, encodeHaveNone } from '../../../shared/wire/encode.ts';
import { encodeExtensionHandshake } from '../../../shared/wire/extension.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { INFO_HASH, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';

const TORRENT = '1f'.repeat(20) as InfoHash;
const DAY_MS = 86_400_000;

/** An engine with one torrent of which it has nothing, and no peer in sight. */
function lonely() {
  const engine = createEngine({
    peerId: '2d'.repeat(20) as PeerId,
    listenPort: 6881,
    random: seededRandom(1),
    hashes: nodeHashes,
    maxLinks: 8,
    reservedFleetLinks: 2,
  });
  let now = 0;
  const events: string[] = [];
  const feed = (input: EngineInput): number => {
    const { actions, wakeAt } = engine.step(input, now);
    for (const action of actions) if (action.type === 'announce') events.push(action.event);
    return wakeAt;
  };
  const pass = (ms: number): void => {
    const end = now + ms;
    for (let wakeAt = feed({ type: 'tick' }); wakeAt <= end; wakeAt = feed({ type: 'tick' }))
      now = Math.max(now, wakeAt);
    now = end;
  };
  const announced = (intervalMs: number) =>
    feed({ type: 'announced', torrent: TORRENT, addresses: [], intervalMs });
  feed({
    type: 'addTorrent',
    torrent: TORRENT,
    infoHashV2: '2f'.repeat(32) as InfoHashV2,
    geometry: new Geometry(16_384, [16_384]),
    verified: Bitfield.empty(1),
    want: 'all',
    superSeed: false,
    webSeed: false,
  });
  return { announced, pass, events };
}

test('threat row 2: a node that tells of port after port leaves room for the addresses of others', () => {
  const peer = new ScriptedPeer();
  peer.connect();
  const handshake = { infoHash: INFO_HASH, peerId: PEER_ID, fast: true, extended: true, v2: false };
  peer.say(encodeHandshake(handshake), encodeHaveNone());
  for (let listenPort = 1; listenPort <= 600; listenPort++)
    peer.say(encodeExtended(0, encodeExtensionHandshake({ messages: new Map(), listenPort })));
  const address = { ip: '10.0.0.77', port: 6881 };
  peer.input({ type: 'peersFound', torrent: INFO_HASH, addresses: [address] });
  const dialled = peer.actions.flatMap((action) => (action.type === 'dial' ? [action.address] : []));
  expect(dialled).toEqual([address]);
});

test('a torrent without any link announces again soon, whatever interval the tracker likes', () => {
  const { announced, pass, events } = lonely();
  announced(1_800_000);
  pass(20_000);
  expect(events).toEqual(['started', 'periodic']);
});

test('FA5: no interval means no timer, not even for a lonely torrent, and ends one that was armed', () => {
  const { announced, pass, events } = lonely();
  announced(Number.POSITIVE_INFINITY);
  pass(DAY_MS);
  expect(events).toEqual(['started']);
  announced(0);
  pass(1_000);
  expect(events).toEqual(['started', 'periodic']);
  announced(1_800_000);
  announced(Number.POSITIVE_INFINITY);
  pass(DAY_MS);
  expect(events).toEqual(['started', 'periodic']);
});
