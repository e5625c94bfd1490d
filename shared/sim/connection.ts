/** A host's ends of its connections: what it sends on them, and how they end. */
import type { LinkId } from '../units.ts';
import type { SimHost } from './host.ts';
import type { Pipe } from './pipe.ts';

/** One end of a connection. */
export interface End {
  readonly host: SimHost;
  readonly link: LinkId;
  /** Towards the other end. */
  readonly out: Pipe;
  readonly back: Pipe;
  readonly other: SimHost;
  readonly otherLink: LinkId;
}

export function sendOn(host: SimHost, link: LinkId, chunks: readonly Uint8Array[]): void {
  const end = host.ends.get(link);
  if (!end) return;
  if (!host.behaviour.onSend) {
    host.access.send(end.out, chunks);
    return;
  }
  const said = host.behaviour.onSend(chunks, end);
  if (said.length > 0) host.access.send(end.out, said);
  // What a liar holds back must not stay on its engine's books.
  const heldBack = bytesOf(chunks) - bytesOf(said);
  if (heldBack > 0)
    host.simulation.events.soon(() => host.input({ type: 'linkSent', link, bytes: heldBack }));
}

/** The host closes: what it sent before arrives before that. */
export function close(host: SimHost, link: LinkId, reason: string): void {
  const end = host.ends.get(link);
  if (!end) return;
  const { closeReasons } = host.counters;
  closeReasons.set(reason, (closeReasons.get(reason) ?? 0) + 1);
  host.ends.delete(link);
  end.back.isClosed = true;
  end.out.closesWhenEmpty = true;
  host.access.resume(end.out);
}

/** @returns whether the host had not closed it before */
export function closedByOther(host: SimHost, link: LinkId): boolean {
  const end = host.ends.get(link);
  if (!end) return false;
  host.ends.delete(link);
  end.out.isClosed = true;
  end.out.drop();
  return true;
}

/** The process is no more: after a crash the other sides see closed connections, after a power cut nothing. */
export function endAll(host: SimHost, how: 'crash' | 'silent'): void {
  const { events } = host.simulation;
  for (const end of host.ends.values()) {
    end.out.isClosed = true;
    end.out.drop();
    end.back.isClosed = true;
    if (how === 'crash')
      events.at(events.now + end.out.latencyMs, () => end.other.linkClosed(end.otherLink, 'remote_closed'));
  }
  host.ends.clear();
}

function bytesOf(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
