/** Messages of the peer wire in words: what each says, and who defines it. */
import type { MessageKind } from '../../../../shared/engine/trace-message.ts';
import type { MessageRecord } from '../../../../shared/trace/record.ts';

export interface MessageWords {
  /** As its specification calls it. */
  readonly name: string;
  readonly definedBy: string;
  /** Completes "edge 3 tells edge 5 …". */
  readonly says: string;
}

const word = (name: string, definedBy: string, says: string): MessageWords => ({ name, definedBy, says });

const OWN = 'Shoal: docs/PROTOCOL.md';

export const MESSAGE_WORDS: Readonly<Record<MessageKind, MessageWords>> = {
  handshake: word('handshake', 'BEP 3', 'who it is and which torrent it means'),
  keepAlive: word('keep-alive', 'BEP 3', 'that it is still there'),
  choke: word('choke', 'BEP 3', 'that it will not send for now'),
  unchoke: word('unchoke', 'BEP 3', 'that it may ask for blocks'),
  interested: word('interested', 'BEP 3', 'that it wants something it has'),
  notInterested: word('not interested', 'BEP 3', 'that it wants nothing it has'),
  have: word('have', 'BEP 3', 'that it has a new piece'),
  bitfield: word('bitfield', 'BEP 3', 'which pieces it has'),
  request: word('request', 'BEP 3', 'to send a block'),
  piece: word('piece', 'BEP 3', 'the bytes of a block'),
  cancel: word('cancel', 'BEP 3', 'not to send a block it asked for'),
  port: word('port', 'BEP 5', 'where its DHT listens'),
  suggest: word('suggest piece', 'BEP 6', 'which piece it could send cheaply'),
  haveAll: word('have all', 'BEP 6', 'that it has every piece'),
  haveNone: word('have none', 'BEP 6', 'that it has no piece yet'),
  reject: word('reject request', 'BEP 6', 'that it will not send a block'),
  allowedFast: word('allowed fast', 'BEP 6', 'which piece it may have while choked'),
  hashRequest: word('hash request', 'BEP 52', 'to send hashes of a piece'),
  hashes: word('hashes', 'BEP 52', 'the hashes it asked for'),
  hashReject: word('hash reject', 'BEP 52', 'that it has no such hashes'),
  extensionHandshake: word('extended handshake', 'BEP 10', 'which extensions it knows'),
  dontHave: word('lt_donthave', 'BEP 54', 'that it lost a piece'),
  metadataRequest: word('ut_metadata request', 'BEP 9', 'to send a part of the info dictionary'),
  metadataData: word('ut_metadata data', 'BEP 9', 'a part of the info dictionary'),
  metadataReject: word('ut_metadata reject', 'BEP 9', 'that it does not send that part'),
  channelOpen: word('channel open', OWN, 'to speak of another torrent on this link'),
  channelAccept: word('channel accept', OWN, 'that it will speak of that torrent'),
  channelClose: word('channel close', OWN, 'that there is no more to say of a torrent'),
  give: word('give', OWN, 'that a piece comes unasked'),
  unknown: word('unknown', 'no one', 'something of a later time'),
};

/** Fields under the names the BEPs give them, in their order. */
export function messageFields(message: MessageRecord): readonly (readonly [string, string])[] {
  const fields: (readonly [string, string])[] = [];
  if (message.channel !== undefined) fields.push(['channel', String(message.channel)]);
  if (message.index !== undefined) fields.push([indexName(message.kind), String(message.index)]);
  if (message.begin !== undefined) fields.push(['begin', String(message.begin)]);
  if (message.length !== undefined)
    fields.push([message.kind === 'piece' ? 'block (bytes)' : 'length', String(message.length)]);
  if (message.count !== undefined) fields.push(['pieces told', String(message.count)]);
  return fields;
}

const indexName = (kind: MessageKind): string =>
  kind === 'have' || kind === 'allowedFast' || kind === 'suggest' ? 'piece index' : 'index';

/** `origin sends edge 2 block 3 of piece 7`, `edge 1 tells edge 4 that it has a new piece: 12`. */
export function messageSentence(message: MessageRecord, from: string, to: string): string {
  const { kind, index, begin } = message;
  const block = begin === undefined ? '' : ` at byte ${begin}`;
  if (kind === 'piece') return `${from} sends ${to} a block of piece ${index}${block}`;
  if (kind === 'request') return `${from} asks ${to} for a block of piece ${index}${block}`;
  if (kind === 'hashes') return `${from} sends ${to} the hashes it asked for`;
  const tail = index === undefined ? '' : `: piece ${index}`;
  return `${from} tells ${to} ${MESSAGE_WORDS[kind].says}${tail}`;
}
