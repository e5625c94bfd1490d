/**
 * What an edge is told of which only the newest counts: the signed head, who is in the fleet, the answer to its last
 * question. Nothing of it is added while a backlog waits for the socket; the next beat brings a head anyway, the others are
 * owed until there is room.
 */
import type { FeedOutlet } from './feed-outlet.ts';
import type { OriginFrames } from './origin-frames.ts';

export class LatestNews {
  readonly #outlet: Pick<FeedOutlet, 'hasRoom' | 'send'>;
  readonly #frames: Pick<OriginFrames, 'head' | 'headAnswer' | 'fleet'>;
  readonly #localIp: string;
  #headSent: Uint8Array | undefined;
  #question: number | undefined;
  #owesFleet = false;

  /** @param localIp the address that the edge reached us by */
  constructor(
    outlet: Pick<FeedOutlet, 'hasRoom' | 'send'>,
    frames: Pick<OriginFrames, 'head' | 'headAnswer' | 'fleet'>,
    localIp: string,
  ) {
    this.#outlet = outlet;
    this.#frames = frames;
    this.#localIp = localIp;
  }

  offerHead(): void {
    const frame = this.#frames.head;
    if (frame !== this.#headSent && this.#offer(frame)) this.#headSent = frame;
  }

  offerFleet(): void {
    this.#owesFleet = !this.#offer(this.#frames.fleet(this.#localIp));
  }

  /** Who asks and reads nothing is owed one answer: more would fill our memory (threat row 15). */
  answerHead(question: number): void {
    this.#question = question;
    this.payOwed();
  }

  /** There may be room now. */
  payOwed(): void {
    if (!this.#outlet.hasRoom) return;
    if (this.#question !== undefined) this.#offer(this.#frames.headAnswer(this.#question));
    this.#question = undefined;
    if (this.#owesFleet) this.offerFleet();
  }

  #offer(frame: Uint8Array): boolean {
    if (!this.#outlet.hasRoom) return false;
    this.#outlet.send(frame);
    return true;
  }
}
