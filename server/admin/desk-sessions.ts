/**
 * Who is signed in at the desk. A session is a random secret in a cookie that no script can read; the token itself is
 * kept nowhere in the browser. In memory: a restart of the origin signs everybody out.
 */
import { createHash, randomBytes } from 'node:crypto';

/** A working day. A desk that stands open longer asks again. */
export const SESSION_MS = 12 * 3_600_000;
/** A shop has a few people; more sessions than this are forgotten ones. */
const MAX_SESSIONS = 100;

export class DeskSessions {
  readonly #now: () => number;
  /** By hash of the secret: when it ends. */
  readonly #endsAt = new Map<string, number>();

  /** @param now monotonic, ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @returns the secret */
  open(): string {
    const secret = randomBytes(32).toString('base64url');
    this.#endsAt.set(hashOf(secret), this.#now() + SESSION_MS);
    for (const oldest of this.#endsAt.keys()) {
      if (this.#endsAt.size <= MAX_SESSIONS) break;
      this.#endsAt.delete(oldest);
    }
    return secret;
  }

  has(secret: string): boolean {
    return (this.#endsAt.get(hashOf(secret)) ?? 0) > this.#now();
  }

  close(secret: string): void {
    this.#endsAt.delete(hashOf(secret));
  }
}

/** Looked up by hash: how long the look takes tells nothing about any secret. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64');
