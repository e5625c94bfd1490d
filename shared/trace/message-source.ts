/** Where the engine takes in each kind of message: for a link from a picture to the code behind it. */
import type { MessageKind } from '../engine/trace-message.ts';

export interface MessageSource {
  /** From the project's root. */
  readonly file: string;
  /** The function in it. */
  readonly name: string;
}

const inEngine = (file: string, name: string): MessageSource => ({ file: `shared/engine/${file}.ts`, name });

export const MESSAGE_SOURCE: Readonly<Record<MessageKind, MessageSource>> = {
  handshake: inEngine('connections', 'readHandshake'),
  keepAlive: inEngine('messages', 'onMessage'),
  choke: inEngine('messages', 'chokedBy'),
  unchoke: inEngine('messages', 'unchokedBy'),
  interested: inEngine('messages', 'setPeerInterested'),
  notInterested: inEngine('messages', 'setPeerInterested'),
  have: inEngine('messages', 'haveReceived'),
  bitfield: inEngine('messages', 'piecesTold'),
  haveAll: inEngine('messages', 'piecesTold'),
  haveNone: inEngine('messages', 'piecesTold'),
  request: inEngine('upload', 'requestReceived'),
  piece: inEngine('download', 'blockReceived'),
  cancel: inEngine('upload', 'cancelUpload'),
  reject: inEngine('download', 'requestRejected'),
  port: inEngine('messages', 'onMessage'),
  suggest: inEngine('allowed-fast', 'suggestReceived'),
  allowedFast: inEngine('allowed-fast', 'allowedReceived'),
  hashRequest: inEngine('hash-exchange', 'hashRequestReceived'),
  hashes: inEngine('hash-exchange', 'hashesReceived'),
  hashReject: inEngine('hash-exchange', 'hashRejectReceived'),
  extensionHandshake: inEngine('introduction', 'introduced'),
  dontHave: inEngine('dont-have', 'dontHaveReceived'),
  metadataRequest: inEngine('metadata-exchange', 'metadataReceived'),
  metadataData: inEngine('metadata-exchange', 'metadataReceived'),
  metadataReject: inEngine('metadata-exchange', 'metadataReceived'),
  channelOpen: inEngine('channel-messages', 'openReceived'),
  channelAccept: inEngine('channel-messages', 'acceptReceived'),
  channelClose: inEngine('channel-messages', 'closeReceived'),
  give: inEngine('giving', 'giftAnnounced'),
  unknown: inEngine('messages', 'onChannelMessage'),
};
