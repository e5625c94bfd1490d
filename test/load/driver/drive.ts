/** Carries a plan out. Latency counts from the moment a request was due, whatever kept it from going out. */
import { setMaxListeners } from 'node:events';
import { photoRestMs } from '../../../shared/http/photo-rest.ts';
import type { PlannedRequest } from '../traffic/plan.ts';
import { type Answered, Shopper } from './shopper.ts';

export interface Outcome {
  readonly request: PlannedRequest;
  /** From due to the last byte; of a failure, until it was given up. */
  readonly totalMs: number;
  /** From due to the first byte; NaN: none came. */
  readonly firstMs: number;
  readonly bytes: number;
  readonly isGood: boolean;
  /** Why it failed; empty: it did not. */
  readonly failure: string;
  /** It came, and was not what was published. */
  readonly isWrong: boolean;
  /** How often another node was asked because one did not answer. */
  readonly failovers: number;
  readonly cacheStatus: string;
}

export interface Wish {
  readonly path: string;
  readonly type: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal; undefined: only the length is known. */
  readonly digest: string | undefined;
}

export interface DriveOptions {
  readonly plan: readonly PlannedRequest[];
  readonly wishOf: (request: PlannedRequest) => Wish;
  /** Base URLs in the order in which they are tried, as often as time allows; the first is the visitor's own. */
  readonly basesOf: (request: PlannedRequest) => readonly string[];
  readonly shopperIp: string | undefined;
  readonly timeoutMs: number;
  /** Ends it early: what is under way then is no outcome. */
  readonly signal: AbortSignal;
  readonly onOutcome: (outcome: Outcome) => void;
}

export interface Driven {
  readonly outcomes: readonly Outcome[];
  /** How late requests went out because this process was busy, ms, in the order of the plan. */
  readonly lateMs: readonly number[];
  /** Unix ms of the plan's zero. */
  readonly startedAtMs: number;
}

export async function drive(options: DriveOptions): Promise<Driven> {
  const { plan, signal } = options;
  // Each request under way listens for the end.
  setMaxListeners(0, signal);
  const outcomes: Outcome[] = [];
  const lateMs: number[] = [];
  const shoppers = new Map<number, Shopper>();
  const running = new Set<Promise<void>>();
  const left = requestsByVisitor(plan);
  const startMs = performance.now();
  const startedAtMs = Date.now();
  for (let next = 0; next < plan.length && !signal.aborted; ) {
    const nowMs = performance.now() - startMs;
    for (; next < plan.length && plan[next]!.dueMs <= nowMs; next++) {
      const request = plan[next]!;
      lateMs.push(nowMs - request.dueMs);
      const shopper = shoppers.get(request.visitor) ?? new Shopper(options.shopperIp);
      shoppers.set(request.visitor, shopper);
      const done = askUntilAnswered(options, shopper, request, startMs).then((outcome) => {
        running.delete(done);
        if (outcome === undefined) return;
        outcomes.push(outcome);
        options.onOutcome(outcome);
        const requests = (left.get(request.visitor) as number) - 1;
        left.set(request.visitor, requests);
        if (requests > 0) return;
        shopper.leave();
        shoppers.delete(request.visitor);
      });
      running.add(done);
    }
    const waitMs = (plan[next]?.dueMs ?? 0) - (performance.now() - startMs);
    if (next < plan.length) await pause(Math.max(0, waitMs), signal);
  }
  await Promise.all(running);
  for (const shopper of shoppers.values()) shopper.leave();
  return { outcomes, lateMs, startedAtMs };
}

function requestsByVisitor(plan: readonly PlannedRequest[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { visitor } of plan) counts.set(visitor, (counts.get(visitor) ?? 0) + 1);
  return counts;
}

/**
 * As a page of the storefront does: what fails is asked of the next at once, and a photo that failed everywhere rests
 * for a while and begins anew.
 * @returns undefined: it was ended early
 */
async function askUntilAnswered(
  { wishOf, basesOf, timeoutMs, signal }: DriveOptions,
  shopper: Shopper,
  request: PlannedRequest,
  startMs: number,
): Promise<Outcome | undefined> {
  const dueAtMs = startMs + request.dueMs;
  const leftMs = () => dueAtMs + timeoutMs - performance.now();
  const { path, type, ...wish } = wishOf(request);
  const bases = basesOf(request);
  let answered: Answered | undefined;
  let asked = 0;
  while (leftMs() > 0 && !signal.aborted) {
    const base = bases[asked % bases.length] as string;
    answered = await shopper.ask({ base, path, type, timeoutMs: leftMs() }, signal);
    asked++;
    if (answered.status === 200) break;
    if (asked % bases.length > 0 || signal.aborted) continue;
    const restMs = photoRestMs(asked / bases.length - 1);
    // Judged before the rest: a timer that is early by a hair would leave time for one question more, and its failure.
    const wasLast = restMs >= leftMs();
    await pause(Math.min(restMs, Math.max(0, leftMs())), signal);
    if (wasLast) break;
  }
  if (signal.aborted || answered === undefined) return undefined;
  const { status, failure, bytes, digest, firstAtMs, cacheStatus } = answered;
  const isRight = bytes === wish.bytes && (wish.digest === undefined || digest === wish.digest);
  return {
    request,
    totalMs: performance.now() - dueAtMs,
    firstMs: firstAtMs - dueAtMs,
    bytes,
    isGood: status === 200 && isRight,
    failure,
    isWrong: status === 200 && !isRight,
    failovers: asked - 1,
    cacheStatus,
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
