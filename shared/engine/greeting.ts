/** What a node says first on a ready link: its extensions, what it has, and whether the other side may ask. */

import {
  CHANNELS_EXTENSION,
  EARLY_EXTENSION,
  GIFTS_EXTENSION,
  HASHES_EXTENSION,
  OUR_CHANNELS_ID,
  OUR_EARLY_ID,
  OUR_GIFTS_ID,
  OUR_HASHES_ID,
} from '../wire/channels.ts';
import { DONT_HAVE_EXTENSION, OUR_DONT_HAVE_ID } from '../wire/dont-have.ts';
import {
  encodeBitfield,
  encodeExtended,
  encodeHaveAll,
  encodeHaveNone,
  encodeUnchoke,
} from '../wire/encode.ts';
import { encodeExtensionHandshake } from '../wire/extension.ts';
import { METADATA_EXTENSION, OUR_METADATA_ID } from '../wire/metadata.ts';
import type { Channel } from './channel.ts';
import { piecesOf } from './channels.ts';
import { takesEarly } from './kept-channels.ts';
import type { Link, Ready } from './link.ts';
import { offeredMetadataBytes } from './metadata-exchange.ts';
import type { EngineState } from './state.ts';
import { activeSeeder, startOffering } from './super-seeding.ts';

const CLIENT_NAME = 'Shoal 0.1';

export function greet(state: EngineState, link: Link, ready: Ready, channel: Channel): void {
  tellPieces(state, channel);
  if (ready.extended) introduceOurselves(state, link);
  if (ready.node.isUnchoked) state.send(link, encodeUnchoke());
  if (activeSeeder(channel.torrent)) startOffering(state, channel);
}

/** The extension handshake (BEP 10). */
export function introduceOurselves(state: EngineState, link: Link): void {
  const messages = new Map([
    [CHANNELS_EXTENSION, OUR_CHANNELS_ID],
    [DONT_HAVE_EXTENSION, OUR_DONT_HAVE_ID],
    [HASHES_EXTENSION, OUR_HASHES_ID],
  ]);
  if (state.options.takesGifts ?? true) {
    messages.set(GIFTS_EXTENSION, OUR_GIFTS_ID);
    if (takesEarly(state, link)) messages.set(EARLY_EXTENSION, OUR_EARLY_ID);
  }
  const metadataSizeBytes = offeredMetadataBytes(state, link);
  if (metadataSizeBytes !== undefined) messages.set(METADATA_EXTENSION, OUR_METADATA_ID);
  const handshake = encodeExtensionHandshake({
    messages,
    metadataSizeBytes,
    version: CLIENT_NAME,
    maxRequests: state.options.maxQueuedUploads,
    listenPort: state.options.listenPort,
  });
  state.send(link, encodeExtended(0, handshake));
}

/** The first message says what we have (BEP 3); with BEP 6 it must be said even if it is nothing. */
function tellPieces(state: EngineState, channel: Channel): void {
  const told = piecesOf(channel.torrent, channel.link);
  if (told.type === 'none') {
    if (channel.fast) state.say(channel, encodeHaveNone());
  } else if (told.type === 'all' && channel.fast) state.say(channel, encodeHaveAll());
  else state.say(channel, encodeBitfield(channel.torrent.held.bytes));
}
