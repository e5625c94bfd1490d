/** Calls of the demo's control (server/demo/control): edges are started, ended and limited. */
import type { DemoLog, FleetControl, RateLimits } from '../../../shared/api-types/demo.ts';
import { type Answer, NO_ANSWER, refusalOf, refused } from '../answers/answer.ts';

export type EdgeAct = 'start' | 'stop' | 'kill';

/** Loopback: what takes longer is a machine that is too busy to wait for. */
const TIMEOUT_MS = 10_000;
const SILENT = { ...NO_ANSWER, detail: 'The demo did not answer. Is it still running?' };

/**
 * @param originUrl of the page's own origin: another demo lets this page do nothing
 * @returns null: it is no demo's; undefined: it does not answer
 */
export async function findControl(originUrl: string): Promise<DemoControl | null | undefined> {
  try {
    const response = await fetch(`${originUrl}/api/fleet-control`, {
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) return undefined;
    const { url } = (await response.json()) as Partial<FleetControl>;
    return typeof url === 'string' ? new DemoControl(url) : null;
  } catch {
    return undefined;
  }
}

export class DemoControl {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** As it came: {@link parseDemoFleet} reads it. */
  fleet(): Promise<Answer<unknown>> {
    return this.#call('GET', '');
  }

  add(count: number): Promise<Answer<unknown>> {
    return this.#call('POST', '', { count });
  }

  act(name: string, act: EdgeAct): Promise<Answer<unknown>> {
    return this.#call('POST', `/${encodeURIComponent(name)}`, { act });
  }

  limit(name: string, limits: RateLimits): Promise<Answer<unknown>> {
    return this.#call('PUT', `/${encodeURIComponent(name)}/limits`, limits);
  }

  /** @param from where the last answer ended; 0: its last lines */
  log(name: string, from: number): Promise<Answer<DemoLog>> {
    return this.#call('GET', `/${encodeURIComponent(name)}/log?from=${from}`);
  }

  async #call<Value>(method: string, path: string, body?: unknown): Promise<Answer<Value>> {
    try {
      const response = await fetch(`${this.url}/demo/edges${path}`, {
        method,
        cache: 'no-store',
        credentials: 'omit',
        ...(body === undefined
          ? {}
          : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const answer: unknown = await response.json().catch(() => undefined);
      if (response.ok) return { ok: true, value: answer as Value };
      return refused(refusalOf(response.status, answer, null));
    } catch {
      return refused(SILENT);
    }
  }
}
