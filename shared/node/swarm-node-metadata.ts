/** Reads the info dictionaries that strangers ask for (BEP 9): from memory, or from where a stored torrent's hashes lie. */
import type { EngineAction } from '../engine/actions.ts';
import type { EngineInput } from '../engine/inputs.ts';
import type { Metainfo } from '../metainfo/metainfo.ts';
import type { InfoHash } from '../units.ts';
import type { NodeLog } from './swarm-node-parts.ts';
import type { HostedTorrent } from './swarm-node-torrent.ts';

export interface MetadataActionParts {
  readonly log: NodeLog;
  readonly feed: (input: EngineInput) => void;
  readonly torrent: (infoHash: InfoHash) => HostedTorrent | undefined;
}

type ReadMetadata = Extract<EngineAction, { readonly type: 'readMetadata' }>;

export class MetadataActions {
  readonly #parts: MetadataActionParts;

  constructor(parts: MetadataActionParts) {
    this.#parts = parts;
  }

  readMetadata({ link, torrent: infoHash, piece }: ReadMetadata): void {
    const { log, feed, torrent: find } = this.#parts;
    const torrent = find(infoHash);
    const toldBytes = torrent?.infoLengthBytes;
    const answer = (metainfo: Metainfo | undefined) => {
      // Of another size than was told it would be no answer to the question.
      const info = metainfo?.infoBytes.length === toldBytes ? metainfo?.infoBytes : undefined;
      feed({ type: 'metadataRead', link, torrent: infoHash, piece, info });
    };
    const known = torrent?.pieceHashes();
    if (!(known instanceof Promise)) return answer(known);
    known.then(answer, (error: unknown) => {
      log.warn({ err: error, torrent: infoHash }, 'the info dictionary of a torrent could not be read');
      answer(undefined);
    });
  }
}
