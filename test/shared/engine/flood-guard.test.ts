import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../shared/bytes.ts';
import { Geometry } from '../../../shared/geometry.ts';
import { BLOCK_BYTES, type InfoHash, type LinkId } from '../../../shared/units.ts';
import { encodeOpen } from '../../../shared/wire/channels.ts';
import { encodeDontHave } from '../../../shared/wire/dont-have.ts';
import {
  encodeBitfield,
  encodeCancel,
  encodeChoke,
  encodeExtended,
  encodeHave,
  encodeHaveNone,
  encodeInterested,
  encodeNotInterested,
  encodeReject,
  encodeRequest,
  encodeUnchoke,
} from '../../../shared/wire/encode.ts';
import { encodeExtensionHandshake } from '../../../shared/wire/extension.ts';
import { encodeHandshake } from '../../../shared/wire/handshake.ts';
import type { Message } from '../../../shared/wire/messages.ts';
import { INFO_HASH, PEER_ID, ScriptedPeer } from '../../support/scripted-peer.ts';
import { HonestPeer, type RawPeer, SharedUplink } from '../../support/shared-uplink.ts';
import { randomTorrent, VirtualSwarm } from '../../support/virtual-swarm.ts';

const REQUESTS = 1_000_000;
/** As many as fit into one chunk of a socket. */
const PER_CHUNK = 3_855;
const UPLINK = 2_500_000;
const HONEST = 4;

/** Asks on and on, whatever it hears, and comes back with another id when it is thrown out. */
class Flooder implements RawPeer {
  readonly #uplink: SharedUplink;
  readonly #flood: Uint8Array;
  readonly #hasManyAddresses: boolean;
  readonly reasons: string[] = [];
  link: LinkId;
  sent = 0;
  blocks = 0;
  #visits = 0;

  constructor(uplink: SharedUplink, hasManyAddresses: boolean) {
    this.#uplink = uplink;
    this.#hasManyAddresses = hasManyAddresses;
    this.link = uplink.nextLink();
    const request = (at: number) =>
      encodeRequest({ piece: at % 1_000, beginBytes: 0, lengthBytes: BLOCK_BYTES });
    this.#flood = concatBytes(Array.from({ length: PER_CHUNK }, (_, at) => request(at)));
    this.#come();
  }

  heard(message: Message): void {
    if (message.type === 'piece') this.blocks++;
  }

  closed(reason: string): void {
    this.reasons.push(reason);
    this.link = -1 as LinkId;
  }

  flood(): void {
    if (this.link === -1) this.#come();
    this.#uplink.say(this, this.#flood);
    this.sent += PER_CHUNK;
  }

  #come(): void {
    this.link = this.#uplink.nextLink();
    const visit = ++this.#visits;
    const ip = this.#hasManyAddresses ? `10.2.${visit >> 8}.${visit & 255}` : '10.0.2.1';
    this.#uplink.connect(this, String(visit).padStart(40, '6'), ip);
    if (this.link === -1) return;
    this.#uplink.say(this, encodeHaveNone());
    this.#uplink.say(this, encodeInterested());
  }
}

function heapBytes(): number {
  v8.setFlagsFromString('--expose-gc');
  (vm.runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Blocks that honest peers got in `seconds`, while `disturb` runs every ten milliseconds. */
function run(seconds: number, disturb?: (uplink: SharedUplink) => () => void) {
  const uplink = new SharedUplink(UPLINK);
  const honest = Array.from({ length: HONEST }, (_, number) => new HonestPeer(uplink, number));
  const act = disturb?.(uplink);
  uplink.pass(1_000);
  const heapBefore = heapBytes();
  for (let tick = 0; tick < seconds * 100; tick++) {
    act?.();
    uplink.pass(10);
  }
  return { uplink, honest, grownBytes: heapBytes() - heapBefore };
}

describe('request flood', () => {
  it.each([
    ['one address', false],
    ['a new address whenever it is thrown out', true],
  ])(
    'threat row 10: a million requests from %s: memory stays flat, others’ rate within 5 %',
    (_from, many) => {
      const seconds = 10;
      const quiet = run(seconds);
      let flooder: Flooder | undefined;
      const flooded = run(seconds, (uplink) => {
        const attacker = new Flooder(uplink, many);
        flooder = attacker;
        return () => {
          if (attacker.sent < REQUESTS) attacker.flood();
        };
      });
      expect(flooder?.sent).toBeGreaterThanOrEqual(REQUESTS);
      expect(flooder?.reasons).toContain('peer_flood');
      // From one address three ids are let in, then none.
      expect(flooded.uplink.banned.length).toBe(many ? Math.ceil(REQUESTS / PER_CHUNK) : 3);
      for (const [at, peer] of flooded.honest.entries()) {
        expect(peer.closedFor).toBeUndefined();
        expect(peer.blocks).toBeGreaterThan(0.95 * (quiet.honest[at]?.blocks as number));
      }
      expect(flooded.grownBytes).toBeLessThan(4 << 20);
      // Send buffers of 64 KiB, and the rejects of one visit: the queue holds numbers, not blocks.
      expect(flooded.uplink.mostUnsentBytes).toBeLessThan(1 << 20);
    },
  );

  it('threat row 10: a peer that keeps its queue full, but no fuller, gets its share and no more', () => {
    const seconds = 10;
    const fair = run(seconds, (uplink) => {
      new HonestPeer(uplink, 99);
      return () => {};
    });
    const greedy = run(seconds, (uplink) => {
      const attacker: RawPeer & { asked: number; blocks: number; reason: string | undefined } = {
        link: uplink.nextLink(),
        asked: 0,
        blocks: 0,
        reason: undefined,
        heard: (message) => {
          if (message.type === 'piece') attacker.blocks++;
        },
        closed: (reason) => {
          attacker.reason = reason;
        },
      };
      uplink.connect(attacker, '77'.repeat(20), '10.0.2.2');
      uplink.say(attacker, encodeHaveNone());
      uplink.say(attacker, encodeInterested());
      return () => {
        expect(attacker.reason).toBeUndefined();
        for (; attacker.asked < attacker.blocks + 900; attacker.asked++) {
          const block = { piece: attacker.asked % 1_000, beginBytes: 0, lengthBytes: BLOCK_BYTES };
          uplink.say(attacker, encodeRequest(block));
        }
      };
    });
    for (const [at, peer] of greedy.honest.entries()) {
      expect(peer.blocks).toBeGreaterThan(0.95 * (fair.honest[at]?.blocks as number));
    }
  });

  it('threat row 10: requests are refused up to a limit, then the link is closed', () => {
    const peer = new ScriptedPeer({ held: 'all', engine: { sendBufferBytes: 0 } }).greeted();
    peer.say(encodeInterested());
    const request = encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: BLOCK_BYTES });
    let asked = 0;
    for (; asked < 100_000 && peer.closedFor === undefined; asked++) peer.say(request);
    expect(peer.closedFor).toBe('peer_flood');
    // 1,000 queued (our reqq), some 2,000 refused, and the one that was too much.
    expect(asked).toBeGreaterThan(2_990);
    expect(asked).toBeLessThan(3_010);
    expect(peer.heardTypes().filter((type) => type === 'reject').length).toBe(asked - 1_001);
    expect(peer.actions).toContainEqual({
      type: 'nodeBanned',
      peerId: PEER_ID,
      ip: '10.0.0.9',
      code: 'peer_flood',
    });
  });

  const EXTENDED_ID = { introduction: 0, channels: 1, dontHave: 2 };
  const bitfieldOf = (pieces: number) => encodeBitfield(new Uint8Array(Math.ceil(pieces / 8)));
  const floods: readonly [string, () => readonly Uint8Array[]][] = [
    ['requests while it is choked', () => [encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: 1 })]],
    ['cancels of what it never asked for', () => [encodeCancel({ piece: 0, beginBytes: 0, lengthBytes: 1 })]],
    ['the same HAVE', () => [encodeHave(3)]],
    ['HAVEs that it takes back', () => [encodeHave(3), encodeDontHave(EXTENDED_ID.dontHave, 3)]],
    ['dont-haves of what it never had', () => [encodeDontHave(EXTENDED_ID.dontHave, 3)]],
    ['bitfields', () => [bitfieldOf(6)]],
    ['interest', () => [encodeInterested(), encodeNotInterested()]],
    ['rejects', () => [encodeReject({ piece: 0, beginBytes: 0, lengthBytes: BLOCK_BYTES })]],
    ['chokes', () => [encodeUnchoke(), encodeChoke()]],
    [
      'extension handshakes',
      () => [encodeExtended(EXTENDED_ID.introduction, encodeExtensionHandshake({ messages: new Map() }))],
    ],
    [
      'channels of unknown torrents',
      () => [encodeOpen(EXTENDED_ID.channels, 1, '00'.repeat(20) as InfoHash, { type: 'none' })],
    ],
  ];
  it.each(floods)('threat row 10: a flood of %s ends the link', (name, messages) => {
    const held = name.startsWith('requests') ? 'all' : 'none';
    const peer = new ScriptedPeer({ held, engine: { uploadSlots: 0 } });
    peer.connect();
    peer.say(
      encodeHandshake({ infoHash: INFO_HASH, peerId: PEER_ID, fast: true, extended: true, v2: false }),
    );
    const channels = encodeExtensionHandshake({ messages: new Map([['sh_channels', 5]]) });
    peer.say(encodeExtended(0, channels), encodeHaveNone());
    let rounds = 0;
    for (; rounds < 100_000 && peer.closedFor === undefined; rounds++) peer.say(...messages());
    expect(peer.closedFor).toBe('peer_flood');
    expect(rounds).toBeLessThan(20_000);
  });

  it('threat row 10: a flooder is refused for a minute, not for ever; another id of its address is not', () => {
    const peer = new ScriptedPeer({ held: 'all', engine: { uploadSlots: 0 } }).greeted();
    const request = encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: BLOCK_BYTES });
    while (peer.closedFor === undefined) peer.say(request);
    const comesBack = (peerId = PEER_ID) => {
      peer.actions.length = 0;
      peer.greeted({ peerId });
      const { closedFor } = peer;
      if (closedFor === undefined)
        peer.input({ type: 'linkClosed', link: 7 as LinkId, reason: 'remote_closed' });
      return closedFor;
    };
    expect(comesBack()).toBe('handshake_banned');
    expect(comesBack('44'.repeat(20) as typeof PEER_ID)).toBeUndefined();
    peer.pass(60_001);
    expect(comesBack()).toBeUndefined();
  });

  it('threat row 10: a node of the fleet that floods loses the link, and may come back at once', () => {
    const peer = new ScriptedPeer({ held: 'all', engine: { uploadSlots: 0 } });
    peer.input({ type: 'fleet', nodes: [{ peerId: PEER_ID, isOrigin: false }] });
    peer.greeted();
    const request = encodeRequest({ piece: 0, beginBytes: 0, lengthBytes: BLOCK_BYTES });
    while (peer.closedFor === undefined) peer.say(request);
    expect(peer.closedFor).toBe('peer_flood');
    peer.actions.length = 0;
    peer.greeted();
    expect(peer.closedFor).toBeUndefined();
  });

  it('threat row 4: the fastest honest swarm is no flood: 1,500 pieces of a block, on links without limits', () => {
    for (const superSeed of [false, true]) {
      const torrent = randomTorrent(new Geometry(BLOCK_BYTES, [1_500 * BLOCK_BYTES]), 1);
      const swarm = new VirtualSwarm(1, 1);
      swarm.addTorrent(torrent);
      const origin = swarm.addNode('origin');
      origin.add(torrent, { seed: true, superSeed });
      const edges = [0, 1, 2, 3].map((i) => swarm.addNode(`edge ${i}`));
      for (const edge of edges) edge.add(torrent, {});
      const isDone = () => edges.every((edge) => edge.holdsAll(torrent));
      expect(swarm.runUntil(isDone, 60_000)).toBe(true);
      for (const node of [origin, ...edges]) {
        expect(node.banned).toEqual([]);
        expect(node.closed).not.toContain('peer_flood');
      }
    }
  });

  it('threat row 4: a whole cache that is lost at once is no flood', () => {
    const pieces = 60_000;
    const peer = new ScriptedPeer({ geometry: new Geometry(BLOCK_BYTES, [pieces * BLOCK_BYTES]) }).greeted();
    const has = new Uint8Array(pieces / 8).fill(0xff);
    peer.say(encodeBitfield(has));
    const all = Array.from({ length: pieces }, (_, piece) => encodeDontHave(2, piece));
    peer.say(concatBytes(all));
    expect(peer.closedFor).toBeUndefined();
  });
});
