import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Refusal } from '../../answers/answer.ts';
import { ShoalMark } from '../../parts/icons.tsx';
import { useDesk } from '../desk-context.ts';

const WORDS: Readonly<Record<string, string>> = {
  token_wrong: 'This is not the token of this origin. It stands in the file admin-token of its data folder.',
  token_attempts: 'Too many wrong tokens from here. Wait a minute, then try again.',
};

export function SignIn({ isOver }: { readonly isOver: boolean }): JSX.Element {
  const { session } = useDesk();
  const [refusal, setRefusal] = useState<Refusal | undefined>();
  const [isAsking, setAsking] = useState(false);
  const inputRef = useRef<HTMLInputElement>(null);

  useEffect(() => inputRef.current?.focus(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    const input = inputRef.current;
    if (input === null || isAsking) return;
    setAsking(true);
    // A header takes no other signs; the origin would not either.
    const token = input.value.trim().replaceAll(/[^\x21-\x7e]/g, '?') || '?';
    const answer = await session.signIn(token);
    setAsking(false);
    if (answer.ok) return;
    setRefusal(answer.refusal);
    input.select();
    input.focus();
  };

  return (
    <main class="sign-in">
      <form class="sign-in__card" onSubmit={submit} aria-labelledby="sign-in-heading">
        <ShoalMark />
        <h1 id="sign-in-heading">The desk</h1>
        <p class="hint">
          {isOver
            ? 'Your session is over. Sign in again to go on.'
            : 'Sign in with the admin token. The origin prints it at its first start.'}
        </p>
        {/* Password managers keep a token better under a name. */}
        <input type="text" name="username" autocomplete="username" value="admin" readOnly hidden />
        <label class="field">
          <span class="field__label">Admin token</span>
          <input
            ref={inputRef}
            class="field__input"
            type="password"
            autocomplete="current-password"
            spellcheck={false}
            required
            aria-invalid={refusal ? 'true' : undefined}
            aria-describedby="sign-in-problem"
          />
        </label>
        <p id="sign-in-problem" class="problem" role="alert">
          {refusal && (WORDS[refusal.code] ?? refusal.detail)}
        </p>
        <button type="submit" class="button button--main" aria-disabled={isAsking}>
          {isAsking ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
