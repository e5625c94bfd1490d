/** Torrents come and go. */
import { invariant, PeerError } from '../errors.ts';
import { channelMessageReceived } from './channel-messages.ts';
import { closeChannel } from './channels.ts';
import { closeLink } from './connections.ts';
import { announce } from './dialer.ts';
import { beginChannels } from './early-channels.ts';
import type { EngineInput } from './inputs.ts';
import { forgetKept } from './kept-channels.ts';
import { traceTorrent } from './standing-trace.ts';
import type { EngineState } from './state.ts';
import { TORRENT_KINDS } from './timers.ts';
import { Torrent } from './torrent.ts';
import { wantingChanged } from './wanting.ts';
import { webSeedLeft } from './web-seed.ts';

export function addTorrent(state: EngineState, input: Extract<EngineInput, { type: 'addTorrent' }>): void {
  invariant(!state.torrents.has(input.torrent), 'a torrent is added once');
  const torrent = new Torrent(input, state);
  state.torrents.set(torrent.infoHash, torrent);
  for (const hash of wireHashes(torrent)) state.torrentsByWireHash.set(hash, torrent);
  if (state.isTracing) traceTorrent(state, torrent);
  announce(state, torrent, 'started');
  if (torrent.wantsAnything) wantingChanged(state, torrent, true);
  if (input.isNew) beginChannels(state, torrent);
  handleKept(state, torrent);
}

/** EC3: the torrent is here now; what the origin said of it before is handled, in order. */
function handleKept(state: EngineState, torrent: Torrent): void {
  const kept = state.kept.byTorrent.get(torrent.infoHash);
  if (!kept) return;
  const { link, payloads } = kept;
  forgetKept(state, kept);
  try {
    for (const payload of payloads) {
      const { phase } = link;
      if (!state.links.has(link.id) || phase.name !== 'ready') return;
      channelMessageReceived(state, link, phase, payload);
    }
  } catch (error) {
    if (!(error instanceof PeerError)) throw error;
    closeLink(state, link, error.code);
  }
}

export function removeTorrent(state: EngineState, torrent: Torrent): void {
  for (const channel of [...torrent.channels.values()]) closeChannel(state, channel, 'torrent_removed');
  for (const link of [...state.links.values()]) {
    if (link.phase.name === 'handshaking' && link.phase.torrent === torrent)
      closeLink(state, link, 'torrent_removed');
  }
  webSeedLeft(state, torrent);
  state.unwritten.left(torrent);
  announce(state, torrent, 'stopped');
  for (const kind of TORRENT_KINDS) state.timers.clear({ kind, torrent: torrent.infoHash });
  state.wantingTorrents.delete(torrent);
  state.torrents.delete(torrent.infoHash);
  state.trace({ type: 'torrentRemoved', torrent: torrent.infoHash });
  for (const hash of wireHashes(torrent)) state.torrentsByWireHash.delete(hash);
}

function wireHashes(torrent: Torrent): readonly string[] {
  return [torrent.infoHash, torrent.infoHashV2.slice(0, torrent.infoHash.length)];
}
