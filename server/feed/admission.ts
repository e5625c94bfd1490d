/** Whether a hello may join, and as what: version, secret, and the edge's head against the log. */
import { FEED_VERSION, type FeedClientFrame, type FeedRefusal } from '../../shared/api-types/feed.ts';
import { EMPTY_LOG_HASH } from '../../shared/log/entry.ts';
import { equalTokens } from '../../shared/node/crypto/identity.ts';
import { canonicalIp, isLocalIp } from '../tracker/client-address.ts';
import type { EdgeArrival } from './edge-registry.ts';

export type Hello = Extract<FeedClientFrame, { type: 'hello' }>;

export interface LogView {
  head(): { readonly number: number; readonly hash: string };
  hashOfEntry(number: number): Promise<string | undefined>;
}

export interface Refusal {
  readonly code: FeedRefusal;
  readonly message: string;
}

/** What can be judged at once. @returns undefined when it may go on */
export function judgeHello(hello: Hello, fleetToken: string | undefined): Refusal | undefined {
  if (hello.version !== FEED_VERSION)
    return { code: 'feed_version', message: `this origin speaks feed version ${FEED_VERSION}` };
  if (fleetToken !== undefined && !equalTokens(hello.fleetToken ?? '', fleetToken))
    return { code: 'feed_token_wrong', message: 'the fleet token is missing or wrong' };
  return undefined;
}

/**
 * The edge's head against ours (threat rows 29 and 30): an edge that knows more than we do, or something else,
 * has proof that this origin lost or rewrote history. Serving it anyway would hide that.
 */
export async function judgeHead(head: Hello['head'], log: LogView): Promise<Refusal | undefined> {
  const ours = log.head();
  if (head.number > ours.number)
    return {
      code: 'feed_ahead',
      message: `the edge verified entry ${head.number}, this log ends at ${ours.number}`,
    };
  const hash = head.number === 0 ? EMPTY_LOG_HASH : await log.hashOfEntry(head.number);
  if (hash !== head.hash)
    return { code: 'feed_fork', message: `entry ${head.number} of this log has another hash` };
  return undefined;
}

/**
 * @param vouched whether the edge showed the fleet's secret. Then its advertised address is taken as it is. An
 * edge that only says so may name another address within local ranges and no other, else the fleet could be
 * turned on a victim (threat rows 20 and 24).
 */
export function arrivalOf(hello: Hello, socketIp: string, vouched: boolean): EdgeArrival {
  const advertised = hello.advertiseIp === null ? undefined : canonicalIp(hello.advertiseIp);
  const believed = advertised !== undefined && (vouched || (isLocalIp(advertised) && isLocalIp(socketIp)));
  const ip = believed ? advertised : socketIp;
  const ownUrl = `http://${ip.includes(':') ? `[${ip}]` : ip}:${hello.httpPort}`;
  return {
    peerId: hello.peerId,
    name: hello.name,
    url: hello.publicUrl ?? ownUrl,
    // Nobody turns the fleet's edges on a victim by naming its address (threat row 25).
    siblingUrl: (vouched ? hello.publicUrl : null) ?? ownUrl,
    peer: { ip, port: hello.peerPort },
    socketIp,
    applied: hello.head.number,
  };
}
