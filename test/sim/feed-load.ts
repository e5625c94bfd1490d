/**
 * What a fan-out costs the feed: each edge tells of its sets as a real one does, gathered (FA1 to FA3), and hears of each
 * set by its log entry. Frames are made by the feed's own code and counted; they take no time in the run.
 */
import { toHex } from '../../shared/bytes.ts';
import type { EngineAction } from '../../shared/engine/actions.ts';
import { AnnounceBatch } from '../../shared/feed/announce-batch.ts';
import { encodeClientFrame } from '../../shared/feed/client-frame.ts';
import { makeEntry } from '../../shared/log/codec.ts';
import { EMPTY_LOG_HASH, type Signed } from '../../shared/log/entry.ts';
import { deflateFrame } from '../../shared/node/feed-deflate.ts';
import { type Random, seededRandom } from '../../shared/random.ts';
import type { SimTorrent } from '../../shared/sim/content.ts';
import type { SimHost } from '../../shared/sim/host.ts';
import type { Simulation } from '../../shared/sim/simulation.ts';
import type { FileRoot, ImageId, InfoHash } from '../../shared/units.ts';

type Announce = Extract<EngineAction, { type: 'announce' }>;

/** Entry 1 is the log's key. */
const FIRST_SET = 2;
/** As the origin sends them at most (FeedLimits): entries in a frame. */
const MAX_FRAME_ENTRIES = 256;
const SHA1_BYTES = 20;
const SHA256_BYTES = 32;
/** Widths of a ladder, for the texts of an entry. */
const LADDER_STEP = 160;

export class FeedLoad {
  /** Frames from edges to the origin, and their text. */
  upFrames = 0;
  upBytes = 0;
  /** Frames with log entries from the origin to edges, deflated. */
  downFrames = 0;
  downBytes = 0;
  readonly #simulation: Simulation;
  readonly #random: Random;
  readonly #numbers = new Map<InfoHash, number>();
  readonly #batches = new Map<SimHost, AnnounceBatch<InfoHash>>();

  /** @param edges of the fleet: their feed stands, and they hear of all sets now */
  constructor(simulation: Simulation, edges: readonly SimHost[]) {
    this.#simulation = simulation;
    this.#random = seededRandom(simulation.seed + 3);
    for (const infoHash of simulation.torrents.keys())
      this.#numbers.set(infoHash, FIRST_SET + this.#numbers.size);
    this.#tellEntries(edges.length);
    const isSet = (number: number) => number >= FIRST_SET && number < FIRST_SET + this.#numbers.size;
    for (const edge of edges) {
      const numbers = { numberOf: (set: InfoHash) => this.#numbers.get(set), isSet };
      const batch = new AnnounceBatch(numbers, this.#random);
      batch.opened(simulation.events.now);
      this.#batches.set(edge, batch);
      this.#sleep(batch);
    }
    simulation.announcing = (host, announce) => this.#announced(host, announce);
  }

  #announced(host: SimHost, { torrent, event, leftBytes }: Announce): void {
    const batch = this.#batches.get(host);
    if (!batch) return;
    const state = event === 'stopped' ? 'left' : leftBytes === 0 ? 'has' : 'wants';
    batch.change(torrent, state, this.#simulation.events.now);
    this.#sleep(batch);
  }

  #sleep(batch: AnnounceBatch<InfoHash>): void {
    const { nextAt } = batch;
    if (Number.isFinite(nextAt)) this.#simulation.events.at(nextAt, () => this.#speak(batch));
  }

  #speak(batch: AnnounceBatch<InfoHash>): void {
    const frame = batch.take(this.#simulation.events.now);
    if (!frame) return;
    this.upFrames++;
    this.upBytes += encodeClientFrame(frame).length;
    this.#sleep(batch);
  }

  /** All edges stand at the same number: each frame is made once. */
  #tellEntries(edgeCount: number): void {
    const torrents = [...this.#simulation.torrents.values()];
    for (let from = 0; from < torrents.length; from += MAX_FRAME_ENTRIES) {
      const told = torrents.slice(from, from + MAX_FRAME_ENTRIES);
      const entries = told.map((torrent, i) => this.#entryOf(torrent, FIRST_SET + from + i));
      const pieceHashes = told.map((torrent) => this.#hashesOf(torrent));
      const bytes = deflateFrame(JSON.stringify({ type: 'entries', entries, pieceHashes }));
      this.downFrames += edgeCount;
      this.downBytes += edgeCount * bytes.length;
    }
  }

  #entryOf({ infoHash, infoHashV2, geometry }: SimTorrent, number: number): Signed {
    const id = infoHashV2.slice(0, 24) as ImageId;
    const renditions = geometry.files.map((file, i) => {
      const width = LADDER_STEP * (i + 1);
      const name = `${width}.webp`;
      const url = `/images/${id}/${name}`;
      const root = this.#hex(SHA256_BYTES) as FileRoot;
      return { name, url, width, height: width, type: 'image/webp' as const, bytes: file.lengthBytes, root };
    });
    const width = LADDER_STEP * renditions.length;
    const placeholder = '1QcSHQRnh493V4dIh4eXh1h4kJUI';
    const image = { id, width, height: width, placeholder, infoHash, infoHashV2, renditions };
    const key = this.#hex(SHA256_BYTES);
    const change = { type: 'publish', image } as const;
    const signature = this.#hex(2 * SHA256_BYTES);
    return makeEntry({ number, previous: EMPTY_LOG_HASH, timeMs: 1, key, change }, () => signature);
  }

  /** As long as true ones (shared/metainfo/piece-hashes.ts), and as hard to deflate. */
  #hashesOf({ infoHash, geometry }: SimTorrent) {
    let layers = 0;
    for (const { pieceCount } of geometry.files) if (pieceCount > 1) layers += pieceCount;
    return { infoHash, hashes: this.#hex(4 + geometry.pieceCount * SHA1_BYTES + layers * SHA256_BYTES) };
  }

  #hex(lengthBytes: number): string {
    return toHex(Uint8Array.from({ length: lengthBytes }, () => this.#random.integer(256)));
  }
}
