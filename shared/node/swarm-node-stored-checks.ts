/**
 * Torrents that were added without a look at the disk are looked at one by one, so that what a disk lost comes back
 * though nobody asks for it. Ten thousand take an hour and a half, at some thousandths of a core.
 */
import type { HostedTorrent } from './swarm-node-torrent.ts';

const EVERY_MS = 500;

export class StoredChecks {
  readonly #check: (torrent: HostedTorrent) => Promise<void>;
  #waiting: HostedTorrent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isChecking = false;

  /** @param check must not reject */
  constructor(check: (torrent: HostedTorrent) => Promise<void>) {
    this.#check = check;
  }

  add(torrent: HostedTorrent): void {
    this.#waiting.push(torrent);
    this.#timer ??= setInterval(() => void this.#next(), EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  async #next(): Promise<void> {
    if (this.#isChecking) return;
    const torrent = this.#waiting.pop();
    if (torrent === undefined) return this.close();
    this.#isChecking = true;
    await this.#check(torrent);
    this.#isChecking = false;
  }
}
