/** Blocks that are due, come and go, for those who look at the trace. Nothing is made while nobody looks. */
import { BLOCK_BYTES } from '../units.ts';
import type { Channel } from './channel.ts';
import type { EngineState } from './state.ts';

export function traceBlock(
  state: EngineState,
  type: 'blockReceived' | 'blockWasted' | 'blockSent',
  channel: Channel,
  piece: number,
  beginBytes: number,
  bytes: number,
): void {
  if (state.isTracing) state.trace({ type, ...place(channel, piece, beginBytes / BLOCK_BYTES), bytes });
}

export function traceRequested(
  state: EngineState,
  channel: Channel,
  piece: number,
  beginBytes: number,
  isGift: boolean,
): void {
  if (!state.isTracing) return;
  const expectedMs = Math.round(channel.node.latencyMs || state.blockLatencyMs);
  const block = place(channel, piece, beginBytes / BLOCK_BYTES);
  state.trace({ type: 'requested', ...block, isGift, expectedMs });
}

export function traceRequestOff(state: EngineState, channel: Channel, piece: number, block: number): void {
  if (state.isTracing) state.trace({ type: 'requestOff', ...place(channel, piece, block) });
}

function place({ link, node, torrent }: Channel, piece: number, block: number) {
  return {
    link: link.id,
    peerId: node.peerId,
    torrent: torrent.infoHash,
    piece,
    block: Math.floor(block),
  };
}
