/** Rules that hold at every moment of a run, by name, and who looks at every step. */
import type { EngineAction } from '../engine/actions.ts';
import type { SimHost } from './host.ts';

export type RuleName =
  /** No wrong byte is stored, sent on by an honest host, or given to a reader. */
  | 'true-bytes'
  /** A request on a live link is answered, rejected, cancelled or given to somebody else in time. */
  | 'request-answered'
  /** A block is read only for a node that is unchoked, or for a piece it is allowed anyway (BEP 6). */
  | 'upload-unchoked'
  /** No uplink carries more than its rate. */
  | 'uplink-rate'
  /** No honest host bans another. */
  | 'honest-not-banned'
  /** Links, requests, unsent bytes and pieces with hash and disk stay within the engine's limits. */
  | 'bounded-memory'
  /** Virtual time goes on: no host steps for ever at the same moment. */
  | 'no-spin'
  /** Nobody gives a sound torrent up. */
  | 'torrent-not-failed'
  /** When the faults are over, whoever is up becomes complete in time. */
  | 'completes';

export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
  readonly rule: RuleName;

  constructor(rule: RuleName, what: string) {
    super(`${rule}: ${what}`);
    this.rule = rule;
  }
}

/** Looks at what each host does. */
export interface StepWatch {
  /** Before the host performs it. */
  action(host: SimHost, action: EngineAction): void;
  stepped(host: SimHost): void;
}
