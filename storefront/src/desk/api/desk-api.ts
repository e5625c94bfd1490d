/**
 * Calls of the admin API. The browser adds the session's cookie by itself; the header says that it was this page that
 * asked, which no other page can (docs/ARCHITECTURE.md, "The desk").
 */
import { type Answer, NO_ANSWER, refusalOf, refused } from '../../answers/answer.ts';

export const DESK_HEADERS: Readonly<Record<string, string>> = { 'X-Shoal-Desk': '1' };

/** A purge waits up to a minute for its edges (`--purge-wait`); nothing else takes as long. */
const TIMEOUT_MS = 70_000;

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class DeskApi {
  /** Told when the session is over. */
  onSignedOut: () => void = () => {};

  async call<Value>(method: string, path: string, options: CallOptions = {}): Promise<Answer<Value>> {
    const { body, headers } = options;
    try {
      const response = await fetch(`/admin${path}`, {
        method,
        credentials: 'same-origin',
        headers: {
          ...DESK_HEADERS,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      // An answer that was cut off says as much as none.
      if (response.ok)
        return { ok: true, value: (response.status === 204 ? undefined : await response.json()) as Value };
      const answer: unknown = await response.json().catch(() => undefined);
      return this.refused(response.status, answer, response.headers.get('Retry-After'));
    } catch {
      return refused(NO_ANSWER);
    }
  }

  /** Also for uploads, which do not go by fetch. */
  refused<Value>(status: number, body: unknown, retryAfter: string | null): Answer<Value> {
    const refusal = refusalOf(status, body, retryAfter);
    if (refusal.code === 'session_over' || refusal.code === 'token_missing') this.onSignedOut();
    return refused(refusal);
  }
}
