/** What a torrent has while it is spoken about with others, fetched or waited for; dropped when it rests. */
import type { SourceId } from '../picker/partial-piece.ts';
import { Picker } from '../picker/picker.ts';
import type { PieceIndex } from '../units.ts';
import { AddressBook } from './address-book.ts';
import type { Channel } from './channel.ts';
import { pieceFree } from './free-pieces.ts';
import type { LeafAsk } from './hash-exchange.ts';
import type { EngineState } from './state.ts';
import type { Torrent } from './torrent.ts';

/** A complete piece whose hash is not known yet, or failed: its bytes or leaves, and who sent each block. */
export interface SentPiece {
  readonly senders: readonly Contributor[];
}

export interface Contributor {
  /** Undefined: the web seed. */
  readonly nodeKey: string | undefined;
  /** Its last block came unasked (GV2). */
  readonly isGift: boolean;
}

export interface CheckingPiece extends SentPiece {
  readonly bytes: Uint8Array;
}

export interface FailedPiece extends SentPiece {
  readonly leaves: Uint8Array;
}

/** Who sent a piece that goes through the fleet unasked (GV6). */
export type Giver = 'origin' | 'sibling';

export class Activity {
  readonly picker: Picker;
  readonly addresses: AddressBook;
  readonly channels = new Map<SourceId, Channel>();
  readonly contributors = new Map<SourceId, Contributor>();
  readonly buffers = new Map<PieceIndex, Uint8Array>();
  readonly checking = new Map<PieceIndex, CheckingPiece>();
  readonly failures = new Map<PieceIndex, FailedPiece[]>();
  readonly leafAsks = new Map<PieceIndex, LeafAsk>();
  readonly readers = new Map<number, readonly PieceIndex[]>();
  readonly readerSince = new Map<PieceIndex, number>();
  readonly fresh = new Map<PieceIndex, Giver>();

  constructor(torrent: Torrent, state: EngineState) {
    const { picker, maxAddressesPerTorrent, redialAfterMs } = state.options;
    this.picker = new Picker(torrent.geometry, torrent.held, picker, {
      pieceFree: (piece, begun) => pieceFree(state, torrent, piece, begun),
    });
    this.addresses = new AddressBook(maxAddressesPerTorrent, redialAfterMs);
  }

  get isQuiet(): boolean {
    const { channels, buffers, checking, failures, readers, fresh } = this;
    const busy = channels.size + buffers.size + checking.size + failures.size + readers.size + fresh.size;
    return busy === 0 && this.picker.isIdle;
  }
}
