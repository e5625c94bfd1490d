/**
 * What is said on links, for those who look at the trace: read off the very bytes that leave and come, at one place for
 * each direction, so that no message is missed and none costs anything while nobody looks.
 */
import type { InfoHash } from '../units.ts';
import { OUR_CHANNELS_ID } from '../wire/channels.ts';
import { MessageDecoder } from '../wire/decoder.ts';
import { OUR_DONT_HAVE_ID } from '../wire/dont-have.ts';
import { HANDSHAKE_BYTES } from '../wire/handshake.ts';
import type { Message } from '../wire/messages.ts';
import { OUR_METADATA_ID } from '../wire/metadata.ts';
import type { Channel } from './channel.ts';
import type { Link } from './link.ts';
import type { EngineState } from './state.ts';
import { describeMessage, type ExtendedIds, HANDSHAKE, type TracedMessage } from './trace-message.ts';

/** Our own messages, which are within everybody's limits. */
const MAX_MESSAGE_BYTES = 1 << 20;
const OUR_IDS: ExtendedIds = {
  channels: OUR_CHANNELS_ID,
  dontHave: OUR_DONT_HAVE_ID,
  metadata: OUR_METADATA_ID,
};

/** Torrents of channels that ended in this step, while what was said there before waits to be sent. */
export type JustClosed = Map<number, InfoHash>;

/** What a flush gives to the host: whole messages, in as many chunks as they were made in. */
export function traceSent(state: EngineState, link: Link, chunks: readonly Uint8Array[]): void {
  const ids = { channels: link.channelsId, dontHave: link.dontHaveId, metadata: link.metadataId };
  const decoder = new MessageDecoder({ maxMessageBytes: MAX_MESSAGE_BYTES });
  for (const chunk of chunks) {
    if (isHandshake(chunk)) tell(state, 'messageSent', link, HANDSHAKE);
    else decoder.feed(chunk, (message) => tell(state, 'messageSent', link, describeMessage(message, ids)));
  }
}

/** Before it has its effect. @throws PeerError for an envelope of another form (CH9) */
export function traceReceived(state: EngineState, link: Link, message: Message | 'handshake'): void {
  const described = message === 'handshake' ? HANDSHAKE : describeMessage(message, OUR_IDS);
  tell(state, 'messageReceived', link, described);
}

/** No message begins so: its length would be 320 MB. */
const isHandshake = (chunk: Uint8Array): boolean => chunk.length === HANDSHAKE_BYTES && chunk[0] === 0x13;

function tell(
  state: EngineState,
  type: 'messageSent' | 'messageReceived',
  link: Link,
  message: TracedMessage,
): void {
  state.trace({ type, link: link.id, torrent: torrentOf(state, link, message), message });
}

function torrentOf(state: EngineState, link: Link, message: TracedMessage): InfoHash | undefined {
  const { channel, torrent: named } = message;
  if (channel === undefined) return undefined;
  if (named !== undefined) return state.torrents.has(named) ? named : undefined;
  const torrent = link.channels.get(channel)?.torrent ?? link.opening.get(channel)?.torrent;
  return torrent?.infoHash ?? state.justClosed.get(link)?.get(channel);
}

export function traceChannel(
  state: EngineState,
  type: 'channelOpened' | 'channelClosed',
  { link, node, torrent, number: channel }: Channel,
): void {
  const { infoHash } = torrent;
  state.trace({ type, link: link.id, peerId: node.peerId, torrent: infoHash, channel });
  if (type === 'channelOpened') return;
  const closed: JustClosed = state.justClosed.get(link) ?? new Map();
  state.justClosed.set(link, closed.set(channel, infoHash));
}
