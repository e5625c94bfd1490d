import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../shared/bytes.ts';
import { BLOCK_BYTES, type LinkId } from '../../../shared/units.ts';
import { encodeHaveNone, encodeInterested, encodeRequest } from '../../../shared/wire/encode.ts';
import type { Message } from '../../../shared/wire/messages.ts';
import { HonestPeer, type RawPeer, SharedUplink } from '../../support/shared-uplink.ts';

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
});
