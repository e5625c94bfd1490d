/** What a page says when it has nothing to show. */
import type { ComponentChildren, JSX } from 'preact';

export interface MessageProps {
  readonly heading: string;
  readonly children: ComponentChildren;
  readonly alert?: boolean;
}

export function Message({ heading, children, alert = false }: MessageProps): JSX.Element {
  return (
    <div class="message" role={alert ? 'alert' : undefined}>
      <h1>{heading}</h1>
      {children}
    </div>
  );
}

export function Unreachable({ onRetry }: { readonly onRetry: () => void }): JSX.Element {
  return (
    <Message heading="We could not reach the shop" alert>
      <p>The catalog did not answer. It may be back in a moment.</p>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </Message>
  );
}
