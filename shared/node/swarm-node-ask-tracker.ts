/** One announce: codec and HTTP put together. */
import { PeerError } from '../errors.ts';
import { buildAnnounceUrl, MAX_NUM_WANT } from '../tracker/announce-query.ts';
import { MAX_RESPONSE_BYTES, parseAnnounceResponse } from '../tracker/parse-response.ts';
import type { AnnounceDetails, Announced } from './swarm-node-announcer.ts';
import { getFromTracker } from './tracker-client.ts';

/** The tracker answered that it will not: BEP 31 tells when, or whether at all, to try again. */
export class TrackerRefusal extends PeerError<'tracker_failure'> {
  /** Undefined: it did not say; Infinity: never. */
  readonly retryMs: number | undefined;
  constructor(reason: string, retryMs: number | undefined) {
    super('tracker_failure', reason);
    this.retryMs = retryMs;
  }
}

/** @throws PeerError: a TrackerErrorCode of the client or the codec, or {@link TrackerRefusal} */
export async function askTracker(
  announceUrl: URL,
  details: AnnounceDetails,
  signal: AbortSignal,
): Promise<Announced> {
  const isLast = details.event === 'stopped';
  const url = buildAnnounceUrl(announceUrl.href, { ...details, numWant: isLast ? 0 : MAX_NUM_WANT });
  const body = await getFromTracker(new URL(url), { maxBytes: MAX_RESPONSE_BYTES, signal });
  const response = parseAnnounceResponse(body);
  if (response.type === 'failure') throw new TrackerRefusal(response.reason, response.retryMs);
  return { addresses: response.peers, intervalMs: response.intervalMs };
}
