/** Makes the hashes that other nodes ask for, from the store and the piece layers, and checks those that they give. */
import { equalBytes } from '../bytes.ts';
import type { EngineAction } from '../engine/actions.ts';
import type { EngineInput } from '../engine/inputs.ts';
import type { FileSpan } from '../geometry.ts';
import { contentLeaves, foldHashes, type KnownLayer, makeHashes } from '../metainfo/hash-proof.ts';
import { type HashRange, pieceLayerOf, piecesOfRange } from '../metainfo/hash-range.ts';
import { MERKLE_HASH_BYTES } from '../metainfo/merkle.ts';
import type { Metainfo, MetainfoFile } from '../metainfo/metainfo.ts';
import type { InfoHash, PieceIndex } from '../units.ts';
import { checkPiece } from './hashing/check-piece.ts';
import { nodeHashes } from './hashing/node-hashes.ts';
import type { PieceStore } from './store/piece-store.ts';
import type { NodeLog } from './swarm-node-parts.ts';
import type { HostedTorrent } from './swarm-node-torrent.ts';

type ActionOf<Type extends EngineAction['type']> = Extract<EngineAction, { readonly type: Type }>;

export interface HashActionParts {
  readonly store: PieceStore;
  readonly log: NodeLog;
  readonly feed: (input: EngineInput) => void;
  readonly torrent: (infoHash: InfoHash) => HostedTorrent | undefined;
  /** Asks the store what it has of the torrent. */
  readonly openFiles: (torrent: HostedTorrent) => Promise<void>;
}

export class HashActions {
  readonly #parts: HashActionParts;

  constructor(parts: HashActionParts) {
    this.#parts = parts;
  }

  readHashes({ link, torrent: infoHash, range }: ActionOf<'readHashes'>): void {
    const answer = (hashes: Uint8Array | undefined) =>
      this.#parts.feed({ type: 'hashesRead', link, torrent: infoHash, range, hashes });
    const torrent = this.#parts.torrent(infoHash);
    if (!torrent) return answer(undefined);
    this.#make(torrent, range).then(answer, (error: unknown) => {
      // Evicted meanwhile, or a disk that fails: who reads it next for an upload has it fetched again.
      this.#parts.log.warn({ err: error, torrent: infoHash }, 'hashes for another node could not be made');
      answer(undefined);
    });
  }

  checkHashes({ torrent: infoHash, piece, range, hashes }: ActionOf<'checkHashes'>): void {
    const torrent = this.#parts.torrent(infoHash);
    if (!torrent) return;
    const answer = (metainfo: Metainfo) => {
      const leaves = trueLeaves(metainfo, piece, range, hashes);
      this.#parts.feed({ type: 'hashesChecked', torrent: infoHash, piece, leaves });
    };
    const known = torrent.pieceHashes();
    if (!(known instanceof Promise)) return answer(known);
    known.then(answer, (error: unknown) =>
      this.#parts.log.warn({ err: error, torrent: infoHash }, 'the hashes of a torrent could not be read'),
    );
  }

  async #make(torrent: HostedTorrent, range: HashRange): Promise<Uint8Array | undefined> {
    const metainfo = await torrent.pieceHashes();
    const fileIndex = metainfo.files.findIndex(({ root }) => root === range.root);
    const { lengthBytes, pieceLayer } = metainfo.files[fileIndex] as MetainfoFile;
    const span = metainfo.geometry.files[fileIndex] as FileSpan;
    const { pieceLengthBytes } = metainfo.geometry;
    const pieces = piecesOfRange(range, span, pieceLengthBytes) ?? [];
    const layer = pieceLayerOf(span, pieceLengthBytes);
    const known: KnownLayer[] = [{ layer, firstIndex: 0, hashes: pieceLayer }];
    for (const piece of pieces) {
      const leaves = await this.#leavesOf(torrent, metainfo, piece);
      // The disk changed under us: no hash is better than a wrong one, for which we would be thrown out.
      if (!leaves) return undefined;
      known.push({ layer: 0, firstIndex: (piece - span.firstPiece) * 2 ** layer, hashes: leaves });
    }
    return makeHashes(range, lengthBytes, known, nodeHashes.sha256);
  }

  async #leavesOf(
    torrent: HostedTorrent,
    metainfo: Metainfo,
    piece: PieceIndex,
  ): Promise<Uint8Array | undefined> {
    if (!torrent.isOpen) await this.#parts.openFiles(torrent);
    const { geometry } = metainfo;
    const offsetBytes = geometry.offsetInFile(piece);
    const content = await this.#parts.store.read(
      torrent.fileOf(piece),
      offsetBytes,
      geometry.contentLength(piece),
    );
    const { verdict, leaves } = checkPiece(metainfo, piece, content);
    return verdict === 'ok' ? leaves : undefined;
  }
}

/** @returns the leaves of the piece's content, if the answer leads to its hash */
export function trueLeaves(
  metainfo: Metainfo,
  piece: PieceIndex,
  range: HashRange,
  hashes: Uint8Array,
): Uint8Array | undefined {
  const { geometry, files } = metainfo;
  const fileIndex = geometry.fileIndexOf(piece);
  const file = files[fileIndex] as MetainfoFile;
  const span = geometry.files[fileIndex] as FileSpan;
  const proven = foldHashes(range, file.lengthBytes, hashes, nodeHashes.sha256);
  if (proven?.layer !== pieceLayerOf(span, geometry.pieceLengthBytes)) return undefined;
  const at = proven.index * MERKLE_HASH_BYTES;
  const isTrue = equalBytes(proven.hash, file.pieceLayer.subarray(at, at + MERKLE_HASH_BYTES));
  return isTrue ? contentLeaves(range, file.lengthBytes, hashes) : undefined;
}
