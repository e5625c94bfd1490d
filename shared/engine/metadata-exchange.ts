/**
 * The info dictionary for strangers that came by a magnet link (BEP 9). We give it and never ask: the fleet has it from
 * its feed. The host reads it, for a torrent that lies whole on disk has none in memory.
 */
import {
  encodeMetadataData,
  encodeMetadataReject,
  METADATA_PIECE_BYTES,
  parseMetadataMessage,
} from '../wire/metadata.ts';
import type { Channel } from './channel.ts';
import { charge } from './flood-guard.ts';
import type { Link } from './link.ts';
import type { EngineState } from './state.ts';

/** Answers being made for one link. libtorrent asks for two pieces at once. */
const MAX_READS_PER_LINK = 4;

/** The size that our extension handshake tells, for stock clients never ask without it; undefined: none is offered. */
export function offeredMetadataBytes(state: EngineState, link: Link): number | undefined {
  const channel = link.channels.get(0);
  if (!channel || channel.node.isFleet) return undefined;
  return state.options.metadataBytesOf?.(channel.torrent.infoHash);
}

/** @throws PeerError `bencode_*`, `wire_metadata` or `peer_flood` */
export function metadataReceived(state: EngineState, channel: Channel, payload: Uint8Array): void {
  const { link, torrent, node } = channel;
  const { kind, piece } = parseMetadataMessage(payload);
  // BEP 9: what is not known is ignored; and nobody owes us data.
  if (kind !== 'request') return charge(state, node, 'idleMessage');
  charge(state, node, 'metadataRequest');
  const sizeBytes = state.options.metadataBytesOf?.(torrent.infoHash) ?? 0;
  const isPiece = piece >= 0 && piece * METADATA_PIECE_BYTES < sizeBytes;
  if (!isPiece || link.metadataReads >= MAX_READS_PER_LINK) return answer(state, channel, piece, undefined);
  link.metadataReads++;
  state.emit({ type: 'readMetadata', link: link.id, torrent: torrent.infoHash, piece });
}

/** @param info the whole info dictionary; undefined: it could not be read */
export function metadataRead(
  state: EngineState,
  link: Link,
  channel: Channel | undefined,
  { piece, info }: { readonly piece: number; readonly info: Uint8Array | undefined },
): void {
  link.metadataReads--;
  if (channel) answer(state, channel, piece, info);
}

function answer(state: EngineState, channel: Channel, piece: number, info: Uint8Array | undefined): void {
  const { metadataId: id } = channel.link;
  // It said by no id how it takes the answer.
  if (id === undefined) return;
  if (!info) return state.say(channel, encodeMetadataReject(id, piece));
  const startOffset = piece * METADATA_PIECE_BYTES;
  const bytes = info.subarray(startOffset, startOffset + METADATA_PIECE_BYTES);
  state.say(channel, encodeMetadataData(id, piece, info.length, bytes));
}
