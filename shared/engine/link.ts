/** One connection. It knows bytes, the handshake and its node; what is said about a torrent is the channel's. */
import type { LinkId } from '../units.ts';
import type { MessageDecoder } from '../wire/decoder.ts';
import type { HandshakeReader } from '../wire/handshake.ts';
import type { Channel } from './channel.ts';
import type { Address } from './inputs.ts';
import type { RemoteNode } from './node.ts';
import type { Torrent } from './torrent.ts';

export interface Handshaking {
  readonly name: 'handshaking';
  readonly reader: HandshakeReader;
  /** What we dialled for; an inbound link tells by its handshake. */
  readonly torrent: Torrent | undefined;
}

export interface Ready {
  readonly name: 'ready';
  readonly node: RemoteNode;
  readonly decoder: MessageDecoder;
  /** BEP 6 in force on both sides. */
  readonly fast: boolean;
  /** BEP 10 in force on both sides. */
  readonly extended: boolean;
  readonly channel: Channel;
}

export class Link {
  readonly id: LinkId;
  readonly direction: 'inbound' | 'outbound';
  readonly address: Address;
  phase: Handshaking | Ready;
  lastSentAt: number;
  lastReceivedAt: number;
  /** Given to the host, not yet in the kernel. */
  unsentBytes = 0;
  /** Chunks of this step, sent as one action at its end. */
  readonly outbox: Uint8Array[] = [];

  constructor(
    id: LinkId,
    direction: 'inbound' | 'outbound',
    address: Address,
    phase: Handshaking,
    now: number,
  ) {
    this.id = id;
    this.direction = direction;
    this.address = address;
    this.phase = phase;
    this.lastSentAt = now;
    this.lastReceivedAt = now;
  }
}
