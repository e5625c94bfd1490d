/** What went wrong, where it went wrong, with what can be done. */
import type { JSX } from 'preact';
import type { Refusal } from '../../answers/answer.ts';
import { Message } from '../../parts/messages.tsx';

export function Problem({ refusal }: { readonly refusal: Refusal | undefined }): JSX.Element {
  return (
    <p class="problem" role="alert">
      {refusal?.detail}
    </p>
  );
}

export function Failed({
  refusal,
  onRetry,
}: {
  readonly refusal: Refusal;
  readonly onRetry: () => void;
}): JSX.Element {
  return (
    <Message heading="That did not work" alert>
      <p>{refusal.detail}</p>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </Message>
  );
}
