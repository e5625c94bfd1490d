/** Opens the files of torrents in the store, and seeds nothing. */
import type { Metainfo } from '../shared/metainfo/metainfo.ts';
import type { PieceStore } from '../shared/node/store/piece-store.ts';
import type { SwarmNode, TorrentOptions } from '../shared/node/swarm-node-api.ts';
import { openTorrent } from '../shared/node/swarm-node-torrent.ts';
import type { InfoHash } from '../shared/units.ts';

export type OriginNode = Pick<
  SwarmNode,
  'peerPort' | 'addTorrent' | 'removeTorrent' | 'hasTorrent' | 'setFleet' | 'bytes' | 'peers' | 'close'
>;

export function storeOnlyNode(store: PieceStore, peerPort: number): OriginNode {
  const torrents = new Set<InfoHash>();
  return {
    peerPort,
    addTorrent: async (metainfo: Metainfo, options: TorrentOptions) => {
      await openTorrent(store, metainfo, options);
      torrents.add(metainfo.infoHash);
    },
    removeTorrent: async (torrent) => void torrents.delete(torrent),
    hasTorrent: (torrent) => torrents.has(torrent),
    setFleet: () => undefined,
    bytes: () => ({ wanted: 0, verified: store.heldBytes, fromPeers: 0, fromOrigin: 0, uploaded: 0 }),
    peers: () => 0,
    close: async () => undefined,
  };
}
