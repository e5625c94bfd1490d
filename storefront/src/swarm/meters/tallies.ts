/** What a log adds up to, asked for any moment: bytes that left the origin, bytes verified, bytes for nothing. */
import type { RecordOf, TraceRecord } from '../../../../shared/trace/record.ts';
import { Series } from './series.ts';

export class Tallies {
  /** Payload that left the origin, over the wire and from its web seed. */
  readonly originBytes = new Series();
  /** Content verified, over all edges. */
  readonly verifiedBytes = new Series();
  /** Blocks that came for nothing: twice, or with a hash that failed. */
  readonly wastedBytes = new Series();
  readonly bans = new Series();
  readonly #roles: RecordOf<'node'>['role'][] = [];
  readonly #sets: RecordOf<'set'>[] = [];

  add(record: TraceRecord): void {
    switch (record.type) {
      case 'node':
      case 'introduced':
        this.#roles[record.node] = record.role;
        return;
      case 'set':
        this.#sets[record.set] = record;
        return;
      case 'blockSent':
        if (this.#roles[record.node] === 'origin') this.originBytes.add(record.t, record.bytes);
        return;
      case 'webSeedPiece':
        this.originBytes.add(record.t, record.bytes);
        return;
      case 'blockWasted':
        this.wastedBytes.add(record.t, record.bytes);
        return;
      case 'pieceFailed':
        this.wastedBytes.add(record.t, this.#pieceBytes(record));
        return;
      case 'banned':
        this.bans.add(record.t, 1);
        return;
      case 'pieceVerified':
        if (this.#roles[record.node] !== 'origin') this.verifiedBytes.add(record.t, this.#pieceBytes(record));
        return;
      default:
    }
  }

  /** Of content: the padding at the end of a file is no byte of it (BEP 47). */
  #pieceBytes({ set: index, piece }: { readonly set: number; readonly piece: number }): number {
    const set = this.#sets[index];
    const file = set?.files.find(
      ({ firstPiece, pieceCount }) => piece >= firstPiece && piece < firstPiece + pieceCount,
    );
    if (set === undefined || file === undefined) return set?.pieceLengthBytes ?? 0;
    return Math.min(set.pieceLengthBytes, file.bytes - (piece - file.firstPiece) * set.pieceLengthBytes);
  }
}
