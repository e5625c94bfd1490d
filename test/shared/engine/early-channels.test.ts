import { describe, expect, it } from 'vitest';
import { Bitfield } from '../../../shared/bitfield.ts';
import { Geometry } from '../../../shared/geometry.ts';
import type { InfoHash, InfoHashV2 } from '../../../shared/units.ts';
import {
  encodeAccept,
  encodeClose,
  encodeGive,
  encodeMessageEnvelope,
  encodeOpen,
  OUR_CHANNELS_ID,
} from '../../../shared/wire/channels.ts';
import { encodePiece } from '../../../shared/wire/encode.ts';
import { parseExtensionHandshake } from '../../../shared/wire/extension.ts';
import { saidOnChannels, withChannels } from '../../support/channel-peer.ts';
import { LINK, PEER_ADDRESS, type ScriptedPeer } from '../../support/scripted-peer.ts';

const PIECES = 4;
const geometry = new Geometry(16_384, [PIECES * 16_384]);
const NEW = 'ab'.repeat(20) as InfoHash;
const NONE = { type: 'none' } as const;

function publish(peer: ScriptedPeer, torrent = NEW): void {
  const about = {
    torrent,
    infoHashV2: torrent.padEnd(64, '0') as InfoHashV2,
    geometry,
    webSeed: false,
  } as const;
  const verified = Bitfield.full(PIECES);
  peer.input({ type: 'addTorrent', ...about, verified, want: 'all', superSeed: true, isNew: true });
}

function join(peer: ScriptedPeer): void {
  const about = {
    torrent: NEW,
    infoHashV2: NEW.padEnd(64, '0') as InfoHashV2,
    geometry,
    webSeed: false,
  } as const;
  const verified = Bitfield.empty(PIECES);
  peer.input({ type: 'addTorrent', ...about, verified, want: 'all', superSeed: false });
}

/** The engine is the origin, linked to an edge. */
const origin = (
  how: { takesGifts?: boolean; takesEarly?: boolean } = { takesGifts: true, takesEarly: true },
) => withChannels({ geometry }, { role: 'edge', ...how });

/** The engine is an edge that dialled the origin. */
const edge = (direction: 'inbound' | 'outbound' = 'outbound') =>
  withChannels({ geometry }, { role: 'origin', takesGifts: true, direction });

/** The origin's side of channels of the edge's link: even numbers on one that the edge dialled. */
const begin = (number = 2, torrent = NEW) => encodeOpen(OUR_CHANNELS_ID, number, torrent, NONE, 'begin');
const give = (piece: number, number = 2) => encodeGive(OUR_CHANNELS_ID, number, piece);
function block(piece: number, number = 2): Uint8Array {
  const said = encodePiece(piece, 0, new Uint8Array(16_384));
  return Buffer.concat([encodeMessageEnvelope(OUR_CHANNELS_ID, number, said.length - 4), said.subarray(4)]);
}

const ofType = (peer: ScriptedPeer, type: string) =>
  saidOnChannels(peer).filter((message) => message.type === type);
const hashed = (peer: ScriptedPeer) =>
  peer.actions.flatMap((action) =>
    action.type === 'hashPiece' && action.torrent === NEW ? [action.piece as number] : [],
  );
const named = (peer: ScriptedPeer) =>
  peer
    .heard()
    .flatMap((message) =>
      message.type === 'extended' && message.id === 0
        ? [...parseExtensionHandshake(message.payload).messages.keys()]
        : [],
    );

describe('an origin that begins the channel', () => {
  it('EC1: only with a node that names the extension', () => {
    const peer = origin({ takesGifts: true });
    publish(peer);
    expect(ofType(peer, 'begin')).toEqual([]);
  });

  it('EC2: gives its pieces at once, before any answer', () => {
    const peer = origin();
    publish(peer);
    const [opened] = ofType(peer, 'begin');
    expect(opened).toMatchObject({ infoHash: NEW, pieces: NONE });
    const given = ofType(peer, 'give').filter(({ number }) => number === opened?.number);
    expect(given.length).toBeGreaterThan(0);
    const read = peer.actions.filter((action) => action.type === 'readBlock' && action.torrent === NEW);
    expect(read).toHaveLength(given.length);
  });

  it('EC2: a set that is not new waits to be asked for', () => {
    const peer = origin();
    const about = { torrent: NEW, infoHashV2: NEW.padEnd(64, '0') as InfoHashV2, geometry } as const;
    const how = { want: 'all', superSeed: true, webSeed: false } as const;
    peer.input({ type: 'addTorrent', ...about, ...how, verified: Bitfield.full(PIECES) });
    expect(ofType(peer, 'begin')).toEqual([]);
  });

  it('EC2: what the accept tells is not sent again', () => {
    const peer = origin();
    publish(peer);
    const [opened] = ofType(peer, 'begin');
    const before = ofType(peer, 'give').length;
    peer.say(encodeAccept(OUR_CHANNELS_ID, opened?.number as number, { type: 'all' }));
    peer.pass(20_000);
    expect(ofType(peer, 'give')).toHaveLength(before);
    expect(ofType(peer, 'close')).toHaveLength(1);
  });

  it('EC4: an open that crosses what was begun is closed, and the accept of that counts', () => {
    const peer = origin();
    publish(peer);
    const [opened] = ofType(peer, 'begin');
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, NEW, NONE));
    expect(ofType(peer, 'close')).toEqual([{ type: 'close', number: 1 }]);
    peer.say(encodeAccept(OUR_CHANNELS_ID, opened?.number as number, NONE));
    expect([peer.engine.channelCount, peer.closedFor]).toEqual([2, undefined]);
  });

  it('EC5: a node that closes it is begun with no more, until it opens a channel', () => {
    const peer = origin();
    publish(peer);
    const [opened] = ofType(peer, 'begin');
    peer.say(encodeClose(OUR_CHANNELS_ID, opened?.number as number));
    expect(peer.engine.channelCount).toBe(1);
    publish(peer, 'cd'.repeat(20) as InfoHash);
    expect(ofType(peer, 'begin')).toHaveLength(1);
    peer.say(encodeOpen(OUR_CHANNELS_ID, 1, NEW, { type: 'all' }));
    publish(peer, 'ef'.repeat(20) as InfoHash);
    expect(ofType(peer, 'begin')).toHaveLength(2);
  });
});

describe('an edge that hears of a set before its feed', () => {
  it('EC1: names the extension on links that it dialled, and no gifts at all if it does not want every set', () => {
    expect(named(edge())).toContain('sh_early');
    expect(named(edge('inbound'))).not.toContain('sh_early');
    const reader = withChannels({ geometry, engine: { takesGifts: false } }, { direction: 'outbound' });
    expect(named(reader).filter((name) => name === 'sh_gifts' || name === 'sh_early')).toEqual([]);
  });

  it('EC3: keeps what is said, and handles it in order once the set is here', () => {
    const peer = edge();
    peer.say(begin(), give(1), block(1), give(3), block(3));
    expect([saidOnChannels(peer), hashed(peer)]).toEqual([[], []]);
    join(peer);
    expect(ofType(peer, 'accept')).toEqual([{ type: 'accept', number: 2, pieces: NONE }]);
    expect([hashed(peer), peer.closedFor]).toEqual([[1, 3], undefined]);
    expect(peer.heardTypes()).not.toContain('request');
  });

  it('EC3: what comes after the set is handled as ever', () => {
    const peer = edge();
    peer.say(begin(), give(1));
    join(peer);
    peer.say(block(1));
    expect([hashed(peer), peer.closedFor]).toEqual([[1], undefined]);
  });

  it('EC3: after two seconds without the set it is closed, and what follows is ignored', () => {
    const peer = edge();
    peer.say(begin(), give(1));
    peer.pass(1_900);
    expect(ofType(peer, 'close')).toEqual([]);
    peer.pass(200);
    expect(ofType(peer, 'close')).toEqual([{ type: 'close', number: 2 }]);
    peer.say(block(1));
    join(peer);
    expect([hashed(peer), ofType(peer, 'accept'), peer.closedFor]).toEqual([[], [], undefined]);
  });

  it('EC3: the origin closes it, or its link goes: nothing is left of it', () => {
    const closed = edge();
    closed.say(begin(), give(1), block(1), encodeClose(OUR_CHANNELS_ID, 2));
    join(closed);
    expect([hashed(closed), ofType(closed, 'accept')]).toEqual([[], []]);
    const gone = edge();
    gone.say(begin(), give(1), block(1));
    gone.input({ type: 'linkClosed', link: LINK, reason: 'remote_closed' });
    join(gone);
    expect(hashed(gone)).toEqual([]);
  });

  it('threat row 10: EC3: keeps 512 KiB over all links, whatever is begun', () => {
    const peer = edge();
    peer.say(begin());
    for (let i = 0; i < 40; i++) peer.say(block(i % PIECES));
    expect(ofType(peer, 'close')).toEqual([{ type: 'close', number: 2 }]);
    let number = 4;
    for (; number < 20_000 && ofType(peer, 'close').length < 2; number += 2)
      peer.say(begin(number, number.toString(16).padStart(40, '0') as InfoHash));
    expect(number / 2).toBeLessThan((512 << 10) / 64);
    peer.pass(2_100);
    expect(ofType(peer, 'close').length).toBe(number / 2 - 1);
  });

  it('threat row 10: EC3: who dialled us and calls itself the origin, or is a sibling, is kept nothing of', () => {
    const inbound = edge('inbound');
    inbound.say(encodeOpen(OUR_CHANNELS_ID, 1, NEW, NONE, 'begin'));
    expect(inbound.closedFor).toBe('peer_channel_invalid');
    const sibling = withChannels({ geometry }, { role: 'edge', direction: 'outbound' });
    sibling.say(begin(), give(1), block(1));
    expect([ofType(sibling, 'close').length, sibling.closedFor]).toEqual([1, undefined]);
  });

  it('CH3, CH9: a channel begun twice, or of a number that is ours, ends the link', () => {
    for (const said of [
      [begin(), begin()],
      [begin(1), give(1, 1)],
    ]) {
      const peer = edge();
      peer.say(...said);
      expect(peer.closedFor).toBe('peer_channel_invalid');
    }
  });

  it('CH9: what breaks the forms of the wire ends the link when the set is here', () => {
    const peer = edge();
    peer.say(begin(), give(PIECES));
    expect(peer.closedFor).toBeUndefined();
    join(peer);
    expect(peer.closedFor).toBe('peer_have_unknown_piece');
  });

  it('EC4: its own open gives way to what the origin began', () => {
    const peer = edge();
    join(peer);
    peer.input({ type: 'peersFound', torrent: NEW, addresses: [PEER_ADDRESS] });
    expect(ofType(peer, 'open')).toHaveLength(1);
    peer.say(begin(), give(1), block(1), encodeClose(OUR_CHANNELS_ID, 1));
    expect(ofType(peer, 'accept')).toEqual([{ type: 'accept', number: 2, pieces: NONE }]);
    expect([hashed(peer), peer.engine.channelCount, peer.closedFor]).toEqual([[1], 2, undefined]);
  });
});
