/** Two torrents on one link with a scripted peer: opens that cross, and hash messages on a channel of their own. */
import { describe, expect, it } from 'vitest';
import { Bitfield } from '../../../shared/bitfield.ts';
import type { FileRoot, InfoHash, InfoHashV2 } from '../../../shared/units.ts';
import {
  encodeAccept,
  encodeMessageEnvelope,
  encodeOpen,
  OUR_CHANNELS_ID,
} from '../../../shared/wire/channels.ts';
import { decodeMessage } from '../../../shared/wire/decode-message.ts';
import { encodeHashRequest } from '../../../shared/wire/encode.ts';
import { encodeHashRange } from '../../../shared/wire/hashes.ts';
import { geometry, ROOTS, WANTED } from '../../support/block-pieces.ts';
import { saidOnChannels, withChannels } from '../../support/channel-peer.ts';
import { LINK, PEER_ADDRESS, type ScriptedPeer } from '../../support/scripted-peer.ts';

const SECOND = 'c3'.repeat(20) as InfoHash;
const SECOND_ROOTS = ROOTS.map((_root, index) => `${index + 50}`.repeat(32) as FileRoot);

function addSecond(peer: ScriptedPeer, held: 'all' | 'none'): void {
  const { pieceCount } = geometry;
  peer.input({
    type: 'addTorrent',
    torrent: SECOND,
    infoHashV2: 'd4'.repeat(32) as InfoHashV2,
    geometry,
    roots: SECOND_ROOTS,
    verified: held === 'all' ? Bitfield.full(pieceCount) : Bitfield.empty(pieceCount),
    want: 'all',
    superSeed: false,
    webSeed: false,
  });
}

/** The engine has asked to open the second torrent, and nobody has answered. @returns the number it chose */
function opening(direction: 'inbound' | 'outbound'): { peer: ScriptedPeer; number: number } {
  const peer = withChannels({ geometry, roots: ROOTS }, { direction, role: 'edge' });
  addSecond(peer, 'none');
  peer.input({ type: 'peersFound', torrent: SECOND, addresses: [PEER_ADDRESS] });
  const [open] = saidOnChannels(peer);
  expect(open).toMatchObject({ type: 'open', infoHash: SECOND });
  return { peer, number: (open as { number: number }).number };
}

describe('CH5: when both sides open a channel for the same torrent at once', () => {
  it('that of the side that dialled stands: theirs, when they did, is accepted, and ours is forgotten', () => {
    const { peer, number } = opening('inbound');
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, SECOND, { type: 'all' }));
    expect(saidOnChannels(peer)[1]).toMatchObject({ type: 'accept', number: 1 });
    peer.say(encodeAccept(OUR_CHANNELS_ID, number, { type: 'all' }));
    expect(peer.engine.channelCount).toBe(2);
    expect(peer.closedFor).toBeUndefined();
  });

  it('that of the side that dialled stands: ours, when we did, and theirs is answered by close', () => {
    const { peer, number } = opening('outbound');
    peer.say(encodeOpen(OUR_CHANNELS_ID, 2, SECOND, { type: 'all' }));
    expect(saidOnChannels(peer).slice(1)).toEqual([{ type: 'close', number: 2 }]);
    expect(peer.engine.channelCount).toBe(1);
    peer.say(encodeAccept(OUR_CHANNELS_ID, number, { type: 'all' }));
    expect(peer.engine.channelCount).toBe(2);
    expect(peer.closedFor).toBeUndefined();
  });
});

describe('CH11: hash messages of BEP 52 on a channel', () => {
  it('come and go in its envelope, and are about its own torrent', () => {
    const peer = withChannels({ held: 'all', geometry, roots: ROOTS });
    addSecond(peer, 'all');
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, SECOND, { type: 'none' }));
    const ask = (root: FileRoot) => {
      const message = encodeHashRequest(encodeHashRange({ ...WANTED, root }));
      peer.say(encodeMessageEnvelope(OUR_CHANNELS_ID, 1, message.length - 4), message.subarray(4));
    };
    /** What the engine said on channel 1, in its envelope. */
    const answers = () =>
      saidOnChannels(peer).flatMap((said) =>
        said.type === 'message' && said.number === 1 ? [decodeMessage(said.inner).type] : [],
      );
    // The file of the torrent on channel 0 is none of this one's.
    ask(WANTED.root);
    expect(answers().at(-1)).toBe('hashReject');
    const ofSecond = SECOND_ROOTS[ROOTS.indexOf(WANTED.root)] as FileRoot;
    ask(ofSecond);
    const range = { ...WANTED, root: ofSecond };
    expect(peer.actions.find(({ type }) => type === 'readHashes')).toMatchObject({ torrent: SECOND, range });
    const hashes = new Uint8Array(32 * WANTED.length);
    peer.input({ type: 'hashesRead', link: LINK, torrent: SECOND, range, hashes });
    expect(answers().at(-1)).toBe('hashes');
  });
});
