/** Answers to an announce, as the tracker makes them. */
import { encode } from '../bencode/bencode.ts';
import { dictionary } from '../bencode/value.ts';
import { fromHex } from '../bytes.ts';
import type { PeerId } from '../units.ts';
import { COMPACT_IPV4_BYTES } from './compact.ts';

export interface AnswerPeer {
  readonly ip: string;
  readonly port: number;
  readonly peerId: PeerId;
  /** As `compactPeer` makes it; kept with the peer, because it is sent far more often than it changes. */
  readonly compact: Uint8Array;
}

export interface AnnounceAnswer {
  readonly intervalSeconds: number;
  readonly minIntervalSeconds: number;
  readonly seeds: number;
  readonly leechers: number;
  readonly peers: readonly AnswerPeer[];
}

/** The form follows the request: compact unless `compact=0`, and then with ids unless `no_peer_id=1`. */
export function encodeAnnounceResponse(
  answer: AnnounceAnswer,
  form: { readonly compact: boolean; readonly noPeerId: boolean },
): Uint8Array {
  return form.compact ? encodeCompact(answer) : encodeFull(answer, form.noPeerId);
}

/**
 * By hand and not by way of a dictionary: this is nearly all a tracker writes, its keys are known and stand here
 * in their order, and it takes a fifth of the time (measured: 3 us for 50 peers, 15 as a dictionary).
 */
function encodeCompact(answer: AnnounceAnswer): Uint8Array {
  let ipv4Bytes = 0;
  let ipv6Bytes = 0;
  for (const { compact } of answer.peers) {
    if (compact.length === COMPACT_IPV4_BYTES) ipv4Bytes += compact.length;
    else ipv6Bytes += compact.length;
  }
  const head = `d8:completei${answer.seeds}e10:incompletei${answer.leechers}e8:intervali${answer.intervalSeconds}e12:min intervali${answer.minIntervalSeconds}e5:peers${ipv4Bytes}:`;
  const middle = ipv6Bytes === 0 ? '' : `6:peers6${ipv6Bytes}:`;
  const bytes = new Uint8Array(head.length + ipv4Bytes + middle.length + ipv6Bytes + 1);
  let ipv4At = writeAscii(bytes, 0, head);
  let ipv6At = writeAscii(bytes, ipv4At + ipv4Bytes, middle);
  for (const { compact } of answer.peers) {
    if (compact.length === COMPACT_IPV4_BYTES) {
      bytes.set(compact, ipv4At);
      ipv4At += compact.length;
    } else {
      bytes.set(compact, ipv6At);
      ipv6At += compact.length;
    }
  }
  writeAscii(bytes, bytes.length - 1, 'e');
  return bytes;
}

function encodeFull(answer: AnnounceAnswer, noPeerId: boolean): Uint8Array {
  return encode(
    dictionary({
      complete: answer.seeds,
      incomplete: answer.leechers,
      interval: answer.intervalSeconds,
      'min interval': answer.minIntervalSeconds,
      peers: answer.peers.map(({ ip, port, peerId }) =>
        dictionary({ ip, port, 'peer id': noPeerId ? undefined : fromHex(peerId) }),
      ),
    }),
  );
}

/**
 * @param reason shown to the client's user
 * @param retry BEP 31: minutes to wait before the next announce, or `never`. Only `never` ends a client's asking:
 * for torrents that this tracker does not know (threat row 21)
 */
export function encodeFailure(reason: string, retry?: number | 'never'): Uint8Array {
  return encode(dictionary({ 'failure reason': reason, 'retry in': retry }));
}

/** @returns the position after the text */
function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}
