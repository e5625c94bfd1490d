/** Performs the engine's web-seed fetches: cuts what comes into pieces, and says when it is over. */
import type { EngineAction } from '../engine/actions.ts';
import type { EngineInput } from '../engine/inputs.ts';
import type { InfoHash, PieceIndex } from '../units.ts';
import { HeadStarts } from './head-starts.ts';
import type { Arrivals } from './swarm-node-arrivals.ts';
import type { TrustedOrigins } from './swarm-node-origins.ts';
import type { NodeLog } from './swarm-node-parts.ts';
import type { HostedTorrent } from './swarm-node-torrent.ts';
import type { WebSeedClient, WebSeedRange } from './web-seed-client.ts';

type FetchAction = Extract<EngineAction, { readonly type: 'fetchFromWebSeed' }>;

export interface WebSeedActionParts {
  readonly client: WebSeedClient;
  readonly origins: TrustedOrigins;
  readonly log: NodeLog;
  readonly sign: (url: URL) => URL;
  readonly feed: (input: EngineInput) => void;
  readonly arrivals: Arrivals;
  readonly torrent: (infoHash: InfoHash) => HostedTorrent | undefined;
  /** Whether the engine would ask for one more file than so many at once, if it were to know of it now. */
  readonly wouldAskAtOnce: (ahead: number) => boolean;
}

export interface WebSeedFile {
  readonly name: string;
  readonly lengthBytes: number;
}

/** Larger files are fetched in parts (`webSeedFetchBytes`). */
const MAX_AHEAD_BYTES = 1 << 20;

/** One more than a reader needs: while TCP slows one of them down, the other is there. */
const WARM_CONNECTIONS = 2;

export class WebSeedActions {
  readonly #parts: WebSeedActionParts;
  readonly #running = new Map<number, AbortController>();
  /** Fetches that failed, so that the next goes to the torrent's next web seed. */
  #failures = 0;
  readonly #closing = new AbortController();
  readonly #headStarts: HeadStarts;

  constructor(parts: WebSeedActionParts) {
    this.#parts = parts;
    this.#headStarts = new HeadStarts(parts.client);
  }

  /** The engine will ask for all of this file, if all goes as it mostly does. @see SwarmNode.askAhead */
  askAhead(torrentName: string, file: WebSeedFile, webSeeds: readonly string[]): void {
    const { origins, wouldAskAtOnce } = this.#parts;
    if (file.lengthBytes > MAX_AHEAD_BYTES || !wouldAskAtOnce(this.#headStarts.count)) return;
    const [base] = trusted(webSeeds, origins);
    if (!base) return;
    const url = fileUrl(base, torrentName, file.name);
    const range = { url, startBytes: 0, endBytes: file.lengthBytes, fileBytes: file.lengthBytes };
    this.#headStarts.begin(range, this.#signed(range));
  }

  /** @see SwarmNode.warmWebSeed */
  async warm(address: string, lengthBytes: number): Promise<void> {
    const url = this.#parts.origins.allow(address);
    if (!url) return;
    const range = this.#signed({ url, startBytes: 0, endBytes: lengthBytes, fileBytes: lengthBytes });
    const one = () => this.#parts.client.fetch(range, this.#closing.signal, () => {});
    await Promise.allSettled(Array.from({ length: WARM_CONNECTIONS }, one));
  }

  fetch(action: FetchAction): void {
    const torrent = this.#parts.torrent(action.torrent);
    const range = torrent && this.#rangeOf(torrent, action);
    if (!torrent || !range) return this.#ended(action, false);
    const abort = new AbortController();
    this.#running.set(action.fetch, abort);
    const take = this.#receiver(torrent, action, abort.signal);
    const fetching =
      this.#headStarts.take(range, abort.signal, take) ??
      this.#parts.client.fetch(this.#signed(range), abort.signal, take);
    fetching.then(
      () => this.#ended(action, true),
      (error: unknown) => {
        this.#failures++;
        if (!abort.signal.aborted)
          this.#parts.log.warn({ err: error, url: range.url.href }, 'the web seed failed');
        this.#ended(action, false);
      },
    );
  }

  cancel(fetch: number): void {
    this.#running.get(fetch)?.abort();
    this.#running.delete(fetch);
  }

  close(): void {
    this.#closing.abort();
    for (const abort of this.#running.values()) abort.abort();
    this.#headStarts.close();
    this.#parts.client.close();
  }

  #receiver(torrent: HostedTorrent, action: FetchAction, signal: AbortSignal): (bytes: Uint8Array) => void {
    const { arrivals, feed } = this.#parts;
    const cut = pieceCutter(torrent, action, (piece, bytes) => {
      if (signal.aborted) return;
      arrivals.webSeedGave(action.torrent, piece);
      feed({ type: 'webSeedPiece', torrent: action.torrent, piece, bytes });
    });
    let hasBegun = false;
    return (bytes) => {
      if (!hasBegun && !signal.aborted)
        arrivals.webSeedBegan(action.torrent, action.firstPiece, action.pieceCount);
      hasBegun = true;
      cut(bytes);
    };
  }

  #signed(range: WebSeedRange): WebSeedRange {
    return { ...range, url: this.#parts.sign(range.url) };
  }

  #ended(action: FetchAction, ok: boolean): void {
    this.#running.delete(action.fetch);
    this.#parts.feed({ type: 'webSeedEnded', torrent: action.torrent, fetch: action.fetch, ok });
  }

  #rangeOf(torrent: HostedTorrent, action: FetchAction): WebSeedRange | undefined {
    const { outline } = torrent;
    const { geometry } = outline;
    const urls = trustedSeeds(torrent, this.#parts.origins);
    const base = urls[this.#failures % Math.max(1, urls.length)];
    const fileIndex = geometry.fileIndexOf(action.firstPiece);
    const file = outline.files[fileIndex];
    if (!base || !file) return undefined;
    const lastPiece = (action.firstPiece + action.pieceCount - 1) as PieceIndex;
    return {
      url: fileUrl(base, outline.name, file.name),
      startBytes: geometry.offsetInFile(action.firstPiece),
      endBytes: geometry.offsetInFile(lastPiece) + geometry.contentLength(lastPiece),
      fileBytes: file.lengthBytes,
    };
  }
}

/** The torrent's web seeds that this node may talk to. */
export function trustedSeeds(torrent: HostedTorrent, origins: TrustedOrigins): readonly URL[] {
  return trusted(torrent.options.webSeeds, origins);
}

const trusted = (urls: readonly string[], origins: TrustedOrigins): readonly URL[] =>
  urls.flatMap((url) => origins.allow(url) ?? []);

/** BEP 19: the base URL is completed with the torrent's name and the file's. */
export function fileUrl(base: URL, torrentName: string, fileName: string): URL {
  const url = new URL(base);
  const directory = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
  url.pathname = `${directory}${encodeURIComponent(torrentName)}/${encodeURIComponent(fileName)}`;
  return url;
}

/** Cuts a stream of consecutive pieces; each piece gets a buffer of its own, which the engine then owns. */
function pieceCutter(
  torrent: HostedTorrent,
  action: FetchAction,
  emit: (piece: PieceIndex, bytes: Uint8Array) => void,
): (bytes: Uint8Array) => void {
  const { geometry } = torrent.outline;
  const end = action.firstPiece + action.pieceCount;
  let piece = action.firstPiece;
  let buffer = new Uint8Array(geometry.contentLength(piece));
  let filled = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length && piece < end; ) {
      const part = bytes.subarray(at, at + buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < buffer.length) return;
      emit(piece, buffer);
      piece = (piece + 1) as PieceIndex;
      filled = 0;
      if (piece < end) buffer = new Uint8Array(geometry.contentLength(piece));
    }
  };
}
