/**
 * Proof that a stranger's announced port is a BitTorrent peer with that torrent, before anybody is sent there
 * (threat row 20: without it a tracker turns a swarm on a victim). The tracker connects to the address the announce
 * came from, says the handshake of BEP 3 and wants the same info-hash back.
 */
import { connect, type Socket } from 'node:net';
import { LRUCache } from 'lru-cache';
import type { Address } from '../../shared/engine/inputs.ts';
import { randomPeerId } from '../../shared/node/crypto/identity.ts';
import { setDeadline } from '../../shared/node/process/deadline.ts';
import type { InfoHash } from '../../shared/units.ts';
import { encodeHandshake, HandshakeReader } from '../../shared/wire/handshake.ts';

export interface DialBackLimits {
  /** A peer that does not answer within this is as good as unreachable. */
  readonly timeoutMs: number;
  /** Sockets at once. */
  readonly maxActive: number;
  /** At once to one address: a flood of announces from one machine does not take all slots. */
  readonly maxActivePerIp: number;
  /**
   * Waiting for a slot; more are dropped, of whoever has most in line, and asked again at the peer's next announce: one
   * machine's flood keeps nobody else out.
   */
  readonly maxWaiting: number;
  /** A peer that failed is not dialled again before this. */
  readonly retryAfterMs: number;
}

export const DIAL_BACK_LIMITS: DialBackLimits = {
  timeoutMs: 3_000,
  maxActive: 64,
  maxActivePerIp: 4,
  maxWaiting: 1_024,
  retryAfterMs: 60_000,
};

interface Job {
  readonly address: Address;
  readonly infoHash: InfoHash;
  readonly done: (reached: boolean) => void;
}

/** Failures remembered: 16,384 keys of some 70 bytes. */
const MAX_REMEMBERED_FAILURES = 16_384;

export class DialBack {
  readonly #limits: DialBackLimits;
  readonly #waiting = new Map<string, Job>();
  readonly #waitingByIp = new Map<string, number>();
  readonly #active = new Map<string, Socket>();
  readonly #activeByIp = new Map<string, number>();
  readonly #failed: LRUCache<string, true>;
  /** An id of its own: a client that is linked to the origin must not take this for a second link of it. */
  readonly #peerId = randomPeerId();
  #closed = false;

  constructor(limits: Partial<DialBackLimits> = {}) {
    this.#limits = { ...DIAL_BACK_LIMITS, ...limits };
    this.#failed = new LRUCache({ max: MAX_REMEMBERED_FAILURES, ttl: this.#limits.retryAfterMs });
  }

  get active(): number {
    return this.#active.size;
  }

  /** Dials once per address and torrent, however often it is asked meanwhile. `reached` is called only on success. */
  check(address: Address, infoHash: InfoHash, reached: () => void): void {
    const key = `${address.ip} ${address.port} ${infoHash}`;
    if (this.#closed || this.#active.has(key) || this.#waiting.has(key) || this.#failed.has(key)) return;
    if (this.#waiting.size >= this.#limits.maxWaiting && !this.#makeRoom(address.ip)) return;
    const done = (ok: boolean) => (ok ? reached() : void this.#failed.set(key, true));
    this.#waiting.set(key, { address, infoHash, done });
    add(this.#waitingByIp, address.ip, 1);
    this.#startNext();
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    for (const socket of this.#active.values()) socket.destroy();
  }

  #startNext(): void {
    for (const [key, job] of this.#waiting) {
      if (this.#active.size >= this.#limits.maxActive) return;
      if ((this.#activeByIp.get(job.address.ip) ?? 0) >= this.#limits.maxActivePerIp) continue;
      this.#leaveLine(key, job);
      this.#start(key, job);
    }
  }

  /** @returns false for an address that has its share of the line */
  #makeRoom(ip: string): boolean {
    const own = this.#waitingByIp.get(ip) ?? 0;
    if ((own + 1) * this.#waitingByIp.size >= this.#waiting.size) return false;
    const [most] = [...this.#waitingByIp].reduce((a, b) => (b[1] > a[1] ? b : a));
    const last = [...this.#waiting].findLast(([, { address }]) => address.ip === most);
    if (last) this.#leaveLine(...last);
    return last !== undefined;
  }

  #leaveLine(key: string, { address }: Job): void {
    this.#waiting.delete(key);
    add(this.#waitingByIp, address.ip, -1);
  }

  #start(key: string, job: Job): void {
    const { ip, port } = job.address;
    const socket = connect({ host: ip, port });
    this.#active.set(key, socket);
    add(this.#activeByIp, ip, 1);
    const reader = new HandshakeReader();
    let verdict: boolean | undefined;
    const limit = setDeadline(this.#limits.timeoutMs, () => socket.destroy());
    socket.on('connect', () => socket.write(encodeHandshake(this.#handshake(job.infoHash))));
    socket.on('data', (bytes) => {
      verdict ??= verdictOf(reader, bytes, job.infoHash);
      if (verdict !== undefined) socket.destroy();
    });
    // `close` follows every error.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      limit.clear();
      this.#active.delete(key);
      add(this.#activeByIp, ip, -1);
      if (this.#closed) return;
      job.done(verdict === true);
      this.#startNext();
    });
  }

  #handshake(infoHash: InfoHash) {
    return { infoHash, peerId: this.#peerId, fast: false, extended: false, v2: false };
  }
}

function add(counts: Map<string, number>, ip: string, more: number): void {
  const count = (counts.get(ip) ?? 0) + more;
  if (count > 0) counts.set(ip, count);
  else counts.delete(ip);
}

/** Whether the peer is one of that torrent; undefined while its handshake is not complete. */
function verdictOf(reader: HandshakeReader, bytes: Uint8Array, infoHash: InfoHash): boolean | undefined {
  try {
    const read = reader.feed(bytes);
    return read && read.handshake.infoHash === infoHash;
  } catch {
    return false;
  }
}
