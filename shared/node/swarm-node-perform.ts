/** Hands each action of the engine to the part that performs it. */
import type { EngineAction } from '../engine/actions.ts';
import type { TraceEvent } from '../engine/trace.ts';
import { unreachable } from '../errors.ts';
import type { InfoHash, PieceIndex } from '../units.ts';
import type { Announcer } from './swarm-node-announcer.ts';
import type { DiskActions } from './swarm-node-disk.ts';
import type { HashActions } from './swarm-node-hashes.ts';
import type { MetadataActions } from './swarm-node-metadata.ts';
import type { NodeLog } from './swarm-node-parts.ts';
import type { WebSeedActions } from './swarm-node-web-seeds.ts';
import type { LinkTransport } from './transport/link-transport.ts';

export interface Performers {
  readonly transport: LinkTransport;
  readonly disk: DiskActions;
  readonly hashes: HashActions;
  readonly metadata: MetadataActions;
  readonly webSeeds: WebSeedActions;
  readonly announcer: Announcer;
  readonly log: NodeLog;
  readonly pieceVerified: (torrent: InfoHash, piece: PieceIndex) => void;
  readonly torrentComplete: (torrent: InfoHash) => void;
  readonly torrentFailed: (torrent: InfoHash, code: string) => void;
  readonly trace: (event: TraceEvent) => void;
}

export function performer(parts: Performers): (action: EngineAction) => void {
  return (action) => {
    switch (action.type) {
      case 'dial':
        return parts.transport.dial(action.torrent, action.address);
      case 'send':
        return parts.transport.send(action.link, action.chunks);
      case 'close':
        return parts.transport.close(action.link);
      case 'hashPiece':
        return parts.disk.hashPiece(action);
      case 'writePiece':
        return parts.disk.writePiece(action);
      case 'readBlock':
        return parts.disk.readBlock(action);
      case 'readHashes':
        return parts.hashes.readHashes(action);
      case 'readMetadata':
        return parts.metadata.readMetadata(action);
      case 'checkHashes':
        return parts.hashes.checkHashes(action);
      case 'fetchFromWebSeed':
        return parts.webSeeds.fetch(action);
      case 'cancelWebSeedFetch':
        return parts.webSeeds.cancel(action.fetch);
      case 'announce':
        return parts.announcer.announce(action);
      case 'pieceVerified':
        return parts.pieceVerified(action.torrent, action.piece);
      case 'torrentComplete':
        return parts.torrentComplete(action.torrent);
      case 'torrentFailed':
        return parts.torrentFailed(action.torrent, action.code);
      case 'nodeBanned': {
        const { peerId, ip, code } = action;
        return parts.log.warn({ peerId, ip, code }, 'a node was banned');
      }
      case 'trace':
        return parts.trace(action.event);
      default:
        return unreachable(action);
    }
  };
}
