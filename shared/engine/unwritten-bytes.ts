/**
 * Pieces given to hash and disk and not yet back, in bytes. Of a torrent that is removed nothing more is heard: a write
 * waits for seconds for the rest of its file, and what a purge took was counted for ever. After 64 MiB of that no peer was
 * asked for anything any more.
 */
import type { Torrent } from './torrent.ts';

export class UnwrittenBytes {
  bytes = 0;
  readonly #of = new Map<Torrent, number>();

  given(torrent: Torrent, bytes: number): void {
    this.#set(torrent, (this.#of.get(torrent) ?? 0) + bytes);
  }

  /** No more than was given: an answer may be for the same torrent as it was before it was removed and added again. */
  back(torrent: Torrent, bytes: number): void {
    this.#set(torrent, Math.max(0, (this.#of.get(torrent) ?? 0) - bytes));
  }

  /** It is removed. */
  left(torrent: Torrent): void {
    this.#set(torrent, 0);
  }

  #set(torrent: Torrent, bytes: number): void {
    this.bytes += bytes - (this.#of.get(torrent) ?? 0);
    if (bytes > 0) this.#of.set(torrent, bytes);
    else this.#of.delete(torrent);
  }
}
