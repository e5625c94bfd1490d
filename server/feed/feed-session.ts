/**
 * One edge's feed socket: `waiting` for its hello, then `streaming`, then `ended`. It sends one batch of entries
 * at a time and asks for the next when the kernel has taken it, so a slow edge costs one batch of memory.
 */
import type { RawData, WebSocket } from 'ws';
import type { FeedServerFrame, NumberRanges } from '../../shared/api-types/feed.ts';
import { type Deadline, setDeadline } from '../../shared/node/process/deadline.ts';
import type { NewsSocket } from '../tracker/fleet-announces.ts';
import { arrivalOf, type Hello, judgeHead, judgeHello, type Refusal } from './admission.ts';
import type { EdgeHold } from './edge-registry.ts';
import type { FeedHub } from './feed-hub.ts';
import { FeedInlet } from './feed-inlet.ts';
import { FeedOutlet } from './feed-outlet.ts';
import { FeedPump } from './feed-pump.ts';
import { LatestNews } from './latest-news.ts';
import { SignOfLife } from './sign-of-life.ts';

const POLICY_VIOLATION = 1008;
const GOING_AWAY = 1001;

export class FeedSession implements NewsSocket {
  readonly ip: string;
  readonly #hub: FeedHub;
  readonly #inlet: FeedInlet;
  readonly #outlet: FeedOutlet;
  readonly #news: LatestNews;
  readonly #life = new SignOfLife();
  #state: 'waiting' | 'judging' | 'streaming' | 'ended' = 'waiting';
  readonly #helloLimit: Deadline;
  #turn: NodeJS.Timeout | undefined;
  #hold: EdgeHold | undefined;
  #pump: FeedPump | undefined;
  #pumping = false;
  #heardAt: number;

  constructor(hub: FeedHub, socket: WebSocket, ip: string, localIp: string) {
    this.#hub = hub;
    this.#inlet = new FeedInlet(hub.limits, hub.now());
    this.#outlet = new FeedOutlet(socket, hub.limits, () => this.isStreaming && this.#news.payOwed());
    this.#news = new LatestNews(this.#outlet, hub.frames, localIp);
    this.ip = ip;
    this.#heardAt = hub.now();
    this.#helloLimit = setDeadline(hub.limits.helloMs, () => this.#reject('no hello came in time'));
    socket.on('message', (data, isBinary) => this.#received(data, isBinary));
    socket.on('pong', () => this.#heard());
    socket.on('close', () => this.#ended());
    // ws says itself what was wrong with a frame, and then waits half a minute for the client's good-bye.
    socket.on('error', () => this.#state === 'ended' || this.#hangUp(POLICY_VIOLATION, ''));
  }

  get hold(): EdgeHold | undefined {
    return this.#hold;
  }

  get isStreaming(): boolean {
    return this.#state === 'streaming';
  }

  get hasRoom(): boolean {
    return this.isStreaming && this.#outlet.hasRoom;
  }

  sendText(text: string): void {
    if (this.hasRoom) this.#outlet.send(text);
  }

  /** Sends what the log has that this edge has not and the hashes it asked for, then the newest head. */
  wake(): void {
    const pump = this.#pump;
    if (!pump || this.#state !== 'streaming' || this.#pumping) return;
    this.#pumping = true;
    pump
      .run()
      .then(() => {
        this.#pumping = false;
        if (this.#state === 'streaming') this.offerHead();
      })
      .catch((error: unknown) => {
        this.#hub.failed(error);
        this.terminate();
      })
      .finally(() => {
        this.#pumping = false;
        // An append between the last look at the head and here would be lost without a second look.
        if (pump.hasWork) this.wake();
      });
  }

  /** The heartbeat; a socket with a backlog gets the next one. */
  offerHead(): void {
    if (this.isStreaming && !this.#pumping) this.#news.offerHead();
  }

  offerFleet(): void {
    if (this.isStreaming) this.#news.offerFleet();
  }

  /**
   * Ends a socket that was silent for too long, asks one that was silent for a while for a sign of life. An edge that
   * has something to tell needs no ping: that, its pong and their acknowledgements would be most of an idle feed.
   * @param stoodStill this process did: who was not heard is asked, and ended at the next look (AW1)
   */
  checkLiveness(now: number, stoodStill: boolean): void {
    if (this.#state === 'ended') return;
    const { silentMs, pingEveryMs } = this.#hub.limits;
    const silentForMs = now - this.#heardAt;
    if (silentForMs >= silentMs && !stoodStill) this.terminate();
    else if (silentForMs >= pingEveryMs / 2) this.#outlet.ping();
  }

  /** Whether its edge is there: what came before does not count, for a socket may be half open since. */
  answers(): Promise<boolean> {
    return this.#life.ask(() => this.#outlet.ping(), this.#hub.limits.seatAnswerMs);
  }

  /** Tells why, then hangs up. */
  refuse(refusal: Refusal): void {
    if (this.#state === 'ended') return;
    this.#outlet.send(JSON.stringify({ type: 'refused', ...refusal } satisfies FeedServerFrame));
    this.#hangUp(POLICY_VIOLATION, refusal.code);
  }

  /** The origin stops: edges keep what they have and come back. */
  goAway(): void {
    if (this.#state !== 'ended') this.#hangUp(GOING_AWAY, 'origin stops');
  }

  terminate(): void {
    this.#ended();
    this.#outlet.terminate();
  }

  #received(data: RawData, isBinary: boolean): void {
    if (this.#state === 'ended') return;
    const now = this.#hub.now();
    this.#heard();
    const frame = this.#inlet.read(data, isBinary, now);
    if (typeof frame === 'string') this.#reject(frame);
    else if (frame.type === 'hello') this.#receivedHello(frame);
    else if (this.#hold === undefined) this.#reject('hello comes first');
    else if (frame.type === 'announce') this.#hub.announces?.received(this.#hold, frame);
    else if (frame.type === 'wantHashes') this.#receivedWantHashes(frame.sets);
    else if (frame.type === 'askHead') this.#news.answerHead(frame.question);
    else if (frame.type === 'acknowledge') this.#hub.acknowledgements?.received(this.#hold, frame.entry);
    else this.#hub.registry.progress(this.#hold, frame, now);
  }

  #receivedWantHashes(sets: NumberRanges): void {
    if (this.#pump?.want(sets)) this.wake();
    else this.#reject('more sets than an edge may wait for');
  }

  #receivedHello(hello: Hello): void {
    if (this.#state !== 'waiting') {
      this.#reject('a second hello');
      return;
    }
    this.#state = 'judging';
    this.#helloLimit.clear();
    const waitMs = this.#hub.admissionPace.waitMs(this.#hub.now());
    if (waitMs === undefined)
      this.refuse({ code: 'feed_full', message: 'too many edges come at once; come again' });
    else if (waitMs > 0) this.#turn = setTimeout(() => this.#judge(hello), waitMs);
    else this.#judge(hello);
  }

  #judge(hello: Hello): void {
    this.#admit(hello).catch((error: unknown) => {
      this.#hub.failed(error);
      this.terminate();
    });
  }

  async #admit(hello: Hello): Promise<void> {
    const hub = this.#hub;
    const refusal = judgeHello(hello, hub.fleetToken) ?? (await judgeHead(hello.head, hub.log));
    if (this.#state !== 'judging') return;
    if (refusal) {
      this.refuse(refusal);
      return;
    }
    const arrival = arrivalOf(hello, this.ip, hub.fleetToken !== undefined);
    const taken = await hub.seats.judge(arrival);
    if (this.#state !== 'judging') return;
    if (taken) {
      this.refuse(taken);
      return;
    }
    const hold = hub.registry.join(arrival, hub.now());
    if (!hold) {
      this.#reject('a live edge elsewhere has this peer id');
      return;
    }
    this.#hold = hold;
    const send = (bytes: Uint8Array) => this.#outlet.drain(bytes, () => this.terminate());
    this.#pump = new FeedPump({
      log: hub.log,
      hashAnswers: hub.batches.hashAnswers,
      cursor: hello.head.number,
      batches: hub.batches.entries(hello.pieceHashes),
      send,
    });
    this.#state = 'streaming';
    hub.seated(this);
    hub.announces?.joined(hold, arrival.peer, this);
    this.#outlet.send(hub.frames.welcome());
    this.offerHead();
    this.offerFleet();
    this.wake();
  }

  #reject(message: string): void {
    this.refuse({ code: 'feed_hello_invalid', message });
  }

  #heard(): void {
    const now = this.#hub.now();
    this.#heardAt = now;
    this.#life.heard();
    if (this.#hold) this.#hub.registry.heard(this.#hold, now);
  }

  #hangUp(status: number, reason: string): void {
    this.#ended();
    this.#outlet.close(status, reason);
  }

  #ended(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#helloLimit.clear();
    clearTimeout(this.#turn);
    this.#pump?.stop();
    this.#life.ended();
    if (!this.#hold) return;
    this.#hub.announces?.left(this.#hold);
    this.#hub.registry.leave(this.#hold, this.#hub.now());
  }
}
