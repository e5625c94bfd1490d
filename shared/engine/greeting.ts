/** What a node says first on a ready link: its extensions, what it has, and whether the other side may ask. */

import {
  encodeBitfield,
  encodeExtended,
  encodeHaveAll,
  encodeHaveNone,
  encodeUnchoke,
} from '../wire/encode.ts';
import { encodeExtensionHandshake } from '../wire/extension.ts';
import type { Link, Ready } from './link.ts';
import type { EngineState } from './state.ts';
import { activeSeeder, startOffering } from './super-seeding.ts';

const CLIENT_NAME = 'Shoal 0.1';

export function greet(state: EngineState, link: Link, ready: Ready): void {
  const { torrent } = ready.channel;
  tellPieces(state, link, ready);
  if (ready.extended) {
    const handshake = encodeExtensionHandshake({
      messages: new Map(),
      version: CLIENT_NAME,
      maxRequests: state.options.maxQueuedUploads,
      listenPort: state.options.listenPort,
    });
    state.send(link, encodeExtended(0, handshake));
  }
  if (ready.node.isUnchoked) state.send(link, encodeUnchoke());
  if (activeSeeder(torrent)) startOffering(state, ready.channel);
}

/** The first message says what we have (BEP 3); with BEP 6 it must be said even if it is nothing. */
function tellPieces(state: EngineState, link: Link, ready: Ready): void {
  const { torrent } = ready.channel;
  const hasNothing = torrent.held.count === 0 || activeSeeder(torrent) !== undefined;
  if (hasNothing) {
    if (ready.fast) state.send(link, encodeHaveNone());
  } else if (torrent.isComplete && ready.fast) state.send(link, encodeHaveAll());
  else state.send(link, encodeBitfield(torrent.held.bytes));
}
