/** The torrents of a node: how they come, how they go, and what the engine is told of them. */
import type { EngineInput } from '../engine/inputs.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import type { FileRoot, InfoHash } from '../units.ts';
import { KeyedQueue } from './store/keyed-queue.ts';
import type { PieceStore } from './store/piece-store.ts';
import type { StoredTorrent, TorrentOptions } from './swarm-node-api.ts';
import { keepFreedMemory } from './swarm-node-memory.ts';
import type { TrustedOrigins } from './swarm-node-origins.ts';
import type { NodeLog } from './swarm-node-parts.ts';
import { StoredChecks } from './swarm-node-stored-checks.ts';
import { HostedTorrent, TorrentTotals } from './swarm-node-torrent.ts';
import { trustedSeeds } from './swarm-node-web-seeds.ts';

export interface NodeTorrentsParts {
  readonly store: PieceStore;
  readonly log: NodeLog;
  readonly origins: TrustedOrigins;
  readonly feed: (input: EngineInput) => void;
  readonly openFiles: (torrent: HostedTorrent) => Promise<void>;
  /** It is no longer here; who reads it has to hear. */
  readonly gone: (infoHash: InfoHash) => void;
}

export class NodeTorrents {
  readonly totals = new TorrentTotals();
  readonly #parts: NodeTorrentsParts;
  readonly #byHash = new Map<InfoHash, HostedTorrent>();
  /** Adding and removing one torrent come one after the other. */
  readonly #queue = new KeyedQueue<InfoHash>();
  readonly #storedChecks: StoredChecks;

  constructor(parts: NodeTorrentsParts) {
    this.#parts = parts;
    this.#storedChecks = new StoredChecks((torrent) => this.#look(torrent));
  }

  get(infoHash: InfoHash): HostedTorrent | undefined {
    return this.#byHash.get(infoHash);
  }

  add(metainfo: Metainfo, options: TorrentOptions): Promise<void> {
    const { infoHash } = metainfo;
    return this.#queue.run(infoHash, async () => {
      if (this.#byHash.has(infoHash)) return;
      this.#host(await HostedTorrent.open(this.#parts.store, metainfo, options, this.totals));
    });
  }

  addStored(stored: StoredTorrent, options: TorrentOptions): Promise<void> {
    const { infoHash } = stored;
    return this.#queue.run(infoHash, async () => {
      if (this.#byHash.has(infoHash)) return;
      const torrent = HostedTorrent.stored(stored, options, this.totals);
      this.#host(torrent);
      this.#storedChecks.add(torrent);
    });
  }

  async openFiles(infoHash: InfoHash): Promise<void> {
    const torrent = this.#byHash.get(infoHash);
    if (torrent && !torrent.isOpen) await this.#parts.openFiles(torrent);
  }

  async openFile(infoHash: InfoHash, root: FileRoot): Promise<void> {
    const torrent = this.#byHash.get(infoHash);
    if (!torrent || torrent.isOpen) return;
    const { store, openFiles } = this.#parts;
    await torrent.openFile(store, root);
    if (!store.isComplete(root)) await openFiles(torrent);
  }

  remove(infoHash: InfoHash, forget: boolean): Promise<void> {
    return this.#queue.run(infoHash, async () => {
      const torrent = this.#byHash.get(infoHash);
      if (!torrent) return;
      this.#parts.feed({ type: 'removeTorrent', torrent: infoHash });
      this.#byHash.delete(infoHash);
      torrent.leave();
      this.#parts.gone(infoHash);
      if (!forget) return;
      const unused = new Set(torrent.files.map(({ root }) => root));
      for (const { files } of this.#byHash.values()) for (const { root } of files) unused.delete(root);
      await Promise.all(Array.from(unused, (root) => this.#parts.store.remove(root)));
    });
  }

  /** Its two halves disagree, or the like: nobody's fault but the torrent's. */
  failed(infoHash: InfoHash, code: string): void {
    const { log } = this.#parts;
    log.error({ torrent: infoHash, code }, 'the torrent failed and is removed');
    this.remove(infoHash, true).catch((error: unknown) =>
      log.error({ err: error, torrent: infoHash }, 'removing the torrent failed'),
    );
  }

  setWant(infoHash: InfoHash, want: 'all' | 'none'): void {
    const torrent = this.#byHash.get(infoHash);
    if (!torrent || torrent.want === want) return;
    torrent.want = want;
    this.#parts.feed({ type: 'setWant', torrent: infoHash, want });
  }

  close(): void {
    const infoHashes = [...this.#byHash.keys()];
    for (const infoHash of infoHashes) this.#parts.feed({ type: 'removeTorrent', torrent: infoHash });
    this.#byHash.clear();
    for (const infoHash of infoHashes) this.#parts.gone(infoHash);
    this.#storedChecks.close();
  }

  async #look(torrent: HostedTorrent): Promise<void> {
    const { infoHash } = torrent.outline;
    if (torrent.isOpen || this.#byHash.get(infoHash) !== torrent) return;
    await this.#parts
      .openFiles(torrent)
      .catch((error: unknown) =>
        this.#parts.log.error({ err: error, torrent: infoHash }, 'looking at its files failed'),
      );
  }

  #host(torrent: HostedTorrent): void {
    const { infoHash, infoHashV2, geometry } = torrent.outline;
    keepFreedMemory(geometry.pieceLengthBytes);
    this.#byHash.set(infoHash, torrent);
    this.#parts.feed({
      type: 'addTorrent',
      torrent: infoHash,
      infoHashV2,
      geometry,
      roots: torrent.files.map(({ root }) => root),
      verified: torrent.held.clone(),
      want: torrent.want,
      superSeed: torrent.options.superSeed,
      isNew: torrent.options.isNew ?? false,
      webSeed: trustedSeeds(torrent, this.#parts.origins).length > 0,
    });
  }
}
