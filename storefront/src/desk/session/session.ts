/** Whether somebody is signed in. The token passes through and is kept nowhere: the session is a cookie of the API's. */
import type { AdminLimits, SessionAnswer } from '../../../../shared/api-types/admin.ts';
import type { Answer, Refusal } from '../../answers/answer.ts';
import { createStore } from '../../store.ts';
import type { DeskApi } from '../api/desk-api.ts';

export type SessionState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'failed'; readonly refusal: Refusal }
  /** `isOver`: somebody was signed in on this page before. */
  | { readonly kind: 'out'; readonly isOver: boolean }
  | { readonly kind: 'in'; readonly limits: AdminLimits };

export class Session {
  readonly state = createStore<SessionState>({ kind: 'asking' });
  readonly #api: DeskApi;
  /** Somebody was, and did not sign out: what they had begun waits for them, however many answers say that it is over. */
  #wasIn = false;

  constructor(api: DeskApi) {
    this.#api = api;
    api.onSignedOut = () => this.#out();
  }

  /** From before a reload. */
  async resume(): Promise<void> {
    this.state.set({ kind: 'asking' });
    const answer = await this.#api.call<SessionAnswer>('GET', '/session');
    if (!answer.ok) this.state.set({ kind: 'failed', refusal: answer.refusal });
    else if (answer.value.signedIn) await this.#enter();
    else this.#out();
  }

  async signIn(token: string): Promise<Answer<SessionAnswer>> {
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await this.#api.call<SessionAnswer>('POST', '/session', { headers });
    if (answer.ok) await this.#enter();
    return answer;
  }

  /** Refused, the session goes on: whoever opens this browser next would be in it. */
  async signOut(): Promise<Answer<SessionAnswer>> {
    const answer = await this.#api.call<SessionAnswer>('DELETE', '/session');
    if (!answer.ok) return answer;
    this.#wasIn = false;
    this.#out();
    return answer;
  }

  #out(): void {
    const isOver = this.#wasIn;
    const state = this.state.get();
    if (state.kind !== 'out' || state.isOver !== isOver) this.state.set({ kind: 'out', isOver });
  }

  async #enter(): Promise<void> {
    const answer = await this.#api.call<AdminLimits>('GET', '/limits');
    if (answer.ok) {
      this.#wasIn = true;
      this.state.set({ kind: 'in', limits: answer.value });
    } else if (answer.refusal.status !== 401) this.state.set({ kind: 'failed', refusal: answer.refusal });
  }
}
