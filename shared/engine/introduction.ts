/** The other side's extension handshake (BEP 10): where it listens, what it queues, whether it takes channels. */
import {
  CHANNELS_EXTENSION,
  EARLY_EXTENSION,
  encodeClose,
  GIFTS_EXTENSION,
  HASHES_EXTENSION,
} from '../wire/channels.ts';
import { DONT_HAVE_EXTENSION } from '../wire/dont-have.ts';
import { parseExtensionHandshake } from '../wire/extension.ts';
import { METADATA_EXTENSION } from '../wire/metadata.ts';
import { addressKey } from './address-key.ts';
import { dialEnded, knowAddress } from './dialer.ts';
import { tellLostBefore } from './dont-have.ts';
import type { Link, Ready } from './link.ts';
import { interestChanged } from './pieces-told.ts';
import { channelQuiet } from './quiet-channels.ts';
import type { EngineState } from './state.ts';
import { mergeTwins } from './twin-links.ts';

export function introduced(state: EngineState, link: Link, ready: Ready, payload: Uint8Array): void {
  const { listenPort, maxRequests, messages } = parseExtensionHandshake(payload);
  link.maxRequests = maxRequests ?? link.maxRequests;
  // Told once: with port after port one node would fill the books of its torrents (threat row 2).
  if (listenPort !== undefined && !link.toldListenPort) {
    link.toldListenPort = true;
    // Knowing where the node listens keeps us from dialling it a second time.
    const address = { ip: link.address.ip, port: listenPort };
    knowAddress(state, address, ready.node);
    for (const { torrent } of link.channels.values()) {
      torrent.addresses.add([address], 'host');
      torrent.addresses.identify(address, ready.node.peerId);
    }
  }
  // BEP 10: 0 says that it no longer takes the message.
  link.dontHaveId = (messages.get(DONT_HAVE_EXTENSION) ?? link.dontHaveId) || undefined;
  link.metadataId = (messages.get(METADATA_EXTENSION) ?? link.metadataId) || undefined;
  tellLostBefore(state, link);
  if (messages.get(HASHES_EXTENSION)) link.givesHashes = true;
  if (messages.get(GIFTS_EXTENSION)) link.takesGifts = true;
  if (messages.get(EARLY_EXTENSION)) link.takesEarly = true;
  const channelsId = messages.get(CHANNELS_EXTENSION);
  const isNews = link.channelsId === undefined && channelsId !== undefined && channelsId !== 0;
  if (isNews) link.channelsId = channelsId;
  if (link.direction === 'outbound') dialEnded(state, addressKey(link.address));
  if (!isNews) return;
  const first = link.channels.get(0);
  // CH12, CH14: it has none, because we lack the torrent.
  if (!first) state.send(link, encodeClose(channelsId, 0));
  if (first) interestChanged(state, first);
  if (first && link.direction === 'outbound') channelQuiet(state, first);
  mergeTwins(state, link, ready);
}
