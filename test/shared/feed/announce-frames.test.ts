import { describe, expect, it } from 'vitest';
import type { AnnounceFrame, PeersFrame } from '../../../shared/feed/announce-frames.ts';
import { encodeClientFrame, parseClientFrame } from '../../../shared/feed/client-frame.ts';
import { MAX_CLIENT_FRAME_CHARACTERS } from '../../../shared/feed/feed-error.ts';
import { encodeServerFrame, parseServerFrame } from '../../../shared/feed/server-frame.ts';
import { expectReadOrPeerError } from '../../support/damaged-frames.ts';

const ANNOUNCE: AnnounceFrame = {
  type: 'announce',
  has: [1, 200, 205, 205],
  wants: [201, 203],
  left: [],
  whole: true,
};
const PEERS: PeersFrame = {
  type: 'peers',
  addresses: [
    { ip: '10.0.0.9', port: 51_413 },
    { ip: 'fe80::9', port: 1 },
  ],
  sets: [
    { entry: 12, peers: [0, 1] },
    { entry: 13, peers: [1] },
  ],
};

const refused = expect.objectContaining({ name: 'PeerError', code: 'feed_frame_invalid' });

describe('announce and peers', () => {
  it('FA1, FA4: parse(encode(f)) = f', () => {
    expect(parseClientFrame(encodeClientFrame(ANNOUNCE))).toEqual(ANNOUNCE);
    expect(parseServerFrame(encodeServerFrame(PEERS))).toEqual(PEERS);
  });

  it.each([
    ['has', [1]],
    ['has', [0, 1]],
    ['has', [2, 1]],
    ['has', [1, 2, 2, 3]],
    ['has', [1, 1.5]],
    ['has', [1, null]],
    ['has', '1,2'],
    ['has', Array.from({ length: 514 }, (_, index) => index + 1)],
    ['wants', undefined],
    ['left', { 0: 1, 1: 1, length: 2 }],
    ['left', [1, 2 ** 53]],
    ['whole', 1],
  ])('FA1: an announce whose %s is %j is refused', (name, value) => {
    expect(() => parseClientFrame(JSON.stringify({ ...ANNOUNCE, [name]: value }))).toThrow(refused);
  });

  it('FA1: 256 ranges in each list fit a frame', () => {
    const ranges = Array.from({ length: 512 }, (_, index) => 1_000_000 + 2 * index);
    const frame = { ...ANNOUNCE, has: ranges, wants: ranges, left: ranges };
    expect(encodeClientFrame(frame).length).toBeLessThan(MAX_CLIENT_FRAME_CHARACTERS);
    expect(parseClientFrame(encodeClientFrame(frame))).toEqual(frame);
  });

  it.each([
    ['addresses', [{ ip: 'edge.example', port: 1 }]],
    ['addresses', [{ ip: '10.0.0.1', port: 0 }]],
    ['addresses', [{ ip: '10.0.0.1', port: 65_536 }]],
    ['addresses', Array.from({ length: 513 }, () => ({ ip: '10.0.0.1', port: 1 }))],
    ['addresses', []],
    ['sets', [{ entry: 1, peers: [2] }]],
    ['sets', [{ entry: 1, peers: [-1] }]],
    ['sets', [{ entry: 0, peers: [0] }]],
    ['sets', [{ entry: 1, peers: Array.from({ length: 51 }, () => 0) }]],
    ['sets', Array.from({ length: 257 }, () => ({ entry: 1, peers: [0] }))],
  ])('FA4: peers whose %s is %j is refused', (name, value) => {
    expect(() => parseServerFrame(JSON.stringify({ ...PEERS, [name]: value }))).toThrow(refused);
  });

  it('random damage ends in a frame or in a PeerError, and a frame that is read is read again the same', () => {
    expectReadOrPeerError([ANNOUNCE, PEERS]);
  });
});
