/** Messages inside the envelope of BEP 10: handshake, channels, don't-have, metadata. */
import { PeerError } from '../errors.ts';
import { OUR_CHANNELS_ID } from '../wire/channels.ts';
import { OUR_DONT_HAVE_ID } from '../wire/dont-have.ts';
import { OUR_METADATA_ID } from '../wire/metadata.ts';
import type { Channel } from './channel.ts';
import { channelMessageReceived } from './channel-messages.ts';
import { dontHaveReceived } from './dont-have.ts';
import { charge } from './flood-guard.ts';
import { introduced } from './introduction.ts';
import type { Link, Ready } from './link.ts';
import { metadataReceived } from './metadata-exchange.ts';
import type { EngineState } from './state.ts';

export function extendedReceived(
  state: EngineState,
  link: Link,
  ready: Ready,
  id: number,
  payload: Uint8Array,
): void {
  if (id === 0) {
    charge(state, ready.node, 'introduction');
    introduced(state, link, ready, payload);
  } else if (id === OUR_CHANNELS_ID) channelMessageReceived(state, link, ready, payload);
  else {
    const channel = link.channels.get(0);
    // CH7: what was on its way when channel 0 was closed.
    if (channel) channelExtensionReceived(state, channel, id, payload);
    else requireNamed(id);
  }
}

/** Extended messages about one torrent. */
export function channelExtensionReceived(
  state: EngineState,
  channel: Channel,
  id: number,
  payload: Uint8Array,
): void {
  requireNamed(id);
  // Who has no info dictionary yet cannot say how many pieces it has: libtorrent says it after this.
  if (id === OUR_METADATA_ID) return metadataReceived(state, channel, payload);
  channel.mayTellPieces = false;
  dontHaveReceived(state, channel, payload);
}

function requireNamed(id: number): void {
  if (id !== OUR_DONT_HAVE_ID && id !== OUR_METADATA_ID)
    throw new PeerError('peer_extension_unknown', `extended message ${id} that we never named`);
}
