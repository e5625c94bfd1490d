/** A scripted peer that takes channels, and what is said to it there. */
import { type ChannelMessage, parseChannelMessage } from '../../shared/wire/channels.ts';
import { encodeExtended } from '../../shared/wire/encode.ts';
import { encodeExtensionHandshake } from '../../shared/wire/extension.ts';
import { encodeHandshake } from '../../shared/wire/handshake.ts';
import { INFO_HASH, PEER_ADDRESS, PEER_ID, ScriptedPeer } from './scripted-peer.ts';

const THEIR_ID = 5;

/**
 * It is greeted and names the extension.
 * @param how `role`: what it is to the engine's fleet; `takesGifts`: GV1; `takesEarly`: EC1
 */
export function withChannels(
  options: ConstructorParameters<typeof ScriptedPeer>[0] = {},
  how: {
    readonly role?: 'origin' | 'edge';
    readonly takesGifts?: boolean;
    readonly takesEarly?: boolean;
    readonly direction?: 'inbound' | 'outbound';
  } = {},
): ScriptedPeer {
  const peer = new ScriptedPeer(options);
  if (how.role) {
    peer.input({ type: 'fleet', nodes: [{ peerId: PEER_ID, isOrigin: how.role === 'origin' }] });
  }
  peer.connect(undefined, how.direction);
  const handshake = { infoHash: INFO_HASH, peerId: PEER_ID, fast: true, extended: true, v2: false };
  const messages = new Map([['sh_channels', THEIR_ID]]);
  if (how.takesGifts) messages.set('sh_gifts', THEIR_ID + 1);
  if (how.takesEarly) messages.set('sh_early', THEIR_ID + 2);
  const introduction = encodeExtended(
    0,
    encodeExtensionHandshake({ messages, listenPort: PEER_ADDRESS.port }),
  );
  peer.say(Buffer.concat([encodeHandshake(handshake), introduction]));
  return peer;
}

/** What the engine said in the extension. */
export const saidOnChannels = (peer: ScriptedPeer): ChannelMessage[] =>
  peer
    .heard()
    .flatMap((message) =>
      message.type === 'extended' && message.id === THEIR_ID ? [parseChannelMessage(message.payload)] : [],
    );
