/** Goal: a node of the fleet hears of each piece that it lacks, and of none that it has, until it says that it lost it. */
import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES, type LinkId, type PeerId, type PieceIndex } from '../../../shared/units.ts';
import { encodeDontHave, OUR_DONT_HAVE_ID } from '../../../shared/wire/dont-have.ts';
import {
  encodeHave,
  encodeHaveAll,
  encodeHaveNone,
  encodePiece,
  encodeUnchoke,
} from '../../../shared/wire/encode.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import { INFO_HASH, LINK, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';

const GOT = 0 as PieceIndex;
const NO_LEAVES = new Uint8Array(0);

/** The peer has the piece, and gives it to us. */
function given(
  as: 'edge' | 'origin' | 'stranger',
  before: (peer: ScriptedPeer) => void = () => {},
): ScriptedPeer {
  const peer = new ScriptedPeer();
  const nodes = as === 'stranger' ? [] : [{ peerId: PEER_ID, isOrigin: as === 'origin' }];
  peer.input({ type: 'fleet', nodes });
  peer.connect();
  peer.say(encodeHandshake({ infoHash: INFO_HASH, peerId: PEER_ID, fast: true, extended: true, v2: false }));
  peer.say(encodeHaveNone(), encodeHave(GOT), encodeUnchoke());
  peer.say(encodePiece(GOT, 0, new Uint8Array(BLOCK_BYTES)));
  before(peer);
  peer.input({ type: 'pieceHashed', torrent: INFO_HASH, piece: GOT, verdict: 'ok', leaves: NO_LEAVES });
  peer.pass(1_000);
  return peer;
}

const told = (peer: ScriptedPeer) =>
  peer.heard().flatMap((message) => (message.type === 'have' ? [message.piece] : []));

const takeBack = (peer: ScriptedPeer) => peer.say(encodeDontHave(OUR_DONT_HAVE_ID, GOT));

describe('a piece that is new to us', () => {
  it('is not told to an edge of the fleet that has it', () => {
    expect(told(given('edge'))).toEqual([]);
  });

  it('is told to the origin, which counts who has what, and to a stranger', () => {
    expect(told(given('origin'))).toEqual([GOT]);
    expect(told(given('stranger'))).toEqual([GOT]);
  });

  it('is told to an edge that had it, once it says that it has it no more', () => {
    const peer = given('edge');
    takeBack(peer);
    expect(told(peer)).toEqual([GOT]);
  });

  it('is told once, however often links are looked at afterwards', () => {
    const peer = given('stranger');
    peer.pass(5_000);
    expect(told(peer)).toEqual([GOT]);
  });

  it('is told to an edge that lost it while we checked it', () => {
    expect(told(given('edge', takeBack))).toEqual([GOT]);
  });
});

const GIVER = 8 as LinkId;
const GIVER_ID = '33'.repeat(20) as PeerId;

/** The origin, which has nothing to say, and another node that has all and may be asked. */
function besideOrigin(): ScriptedPeer {
  const peer = new ScriptedPeer();
  peer.input({ type: 'fleet', nodes: [{ peerId: PEER_ID, isOrigin: true }] });
  const greet = (link: LinkId, peerId: PeerId, ...said: Uint8Array[]) => {
    peer.connect(link);
    const handshake = encodeHandshake({
      infoHash: INFO_HASH,
      peerId,
      fast: true,
      extended: false,
      v2: false,
    });
    for (const bytes of [handshake, ...said]) peer.input({ type: 'linkData', link, bytes });
  };
  greet(LINK, PEER_ID, encodeHaveNone());
  greet(GIVER, GIVER_ID, encodeHaveAll(), encodeUnchoke());
  return peer;
}

/** Bytes of each packet; each is an acknowledgement on the origin's uplink. */
const packetsToOrigin = (peer: ScriptedPeer) =>
  peer.actions.flatMap((action) =>
    action.type === 'send' && action.link === LINK
      ? [action.chunks.reduce((sum, { length }) => sum + length, 0)]
      : [],
  );

describe('what the origin hears of pieces that others gave', () => {
  it('comes at once after a pause, and then together after about 350 ms', () => {
    const peer = besideOrigin();
    peer.pass(1_000);
    const before = packetsToOrigin(peer).length;
    const have = encodeHave(GOT).length;
    const gives = (piece: PieceIndex) => {
      const bytes = encodePiece(piece, 0, new Uint8Array(BLOCK_BYTES));
      peer.input({ type: 'linkData', link: GIVER, bytes });
      peer.input({ type: 'pieceHashed', torrent: INFO_HASH, piece, verdict: 'ok', leaves: NO_LEAVES });
    };
    gives(0 as PieceIndex);
    expect(packetsToOrigin(peer).slice(before)).toEqual([have]);
    gives(1 as PieceIndex);
    peer.pass(100);
    gives(4 as PieceIndex);
    peer.pass(220);
    expect(packetsToOrigin(peer).slice(before)).toEqual([have]);
    peer.pass(40);
    expect(packetsToOrigin(peer).slice(before)).toEqual([have, 2 * have]);
  });
});
