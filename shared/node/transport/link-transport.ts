/**
 * What carries links: TCP today, WebRTC data channels later. A transport speaks the engine's own inputs, so that
 * the host has nothing to translate.
 */
import type { Address, EngineInput } from '../../engine/inputs.ts';
import type { InfoHash, LinkId } from '../../units.ts';

type InputOf<Type extends EngineInput['type']> = Extract<EngineInput, { readonly type: Type }>;

export type LinkInput =
  | InputOf<'linkOpened'>
  | InputOf<'dialFailed'>
  /** The bytes are only valid during the call. */
  | InputOf<'linkData'>
  | InputOf<'linkSent'>
  /** Comes once for each link that opened, unless the link was closed from this side. */
  | InputOf<'linkClosed'>;

export interface LinkTransport {
  /** Before the first dial and before listening. */
  setHandler(handler: (input: LinkInput) => void): void;
  /** Answered by `linkOpened` or `dialFailed`, once. */
  dial(torrent: InfoHash, address: Address): void;
  /** Chunks in order; they must not be written to again. A link that is gone swallows them. */
  send(link: LinkId, chunks: readonly Uint8Array[]): void;
  /** Ends the link at once; nothing more is heard of it. */
  close(link: LinkId): void;
  /** Ends all links, dials and listening; nothing more is heard. */
  shutdown(): Promise<void>;
}

/** Numbers for the links of all transports of one host. */
export function linkNumbers(): () => LinkId {
  let last = 0;
  return () => ++last as LinkId;
}
