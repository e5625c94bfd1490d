/** Which edges have a purge in effect, and when. */
import type { JSX } from 'preact';
import { AlertIcon, CheckIcon } from '../parts/desk-icons.tsx';
import type { PurgeAnswer } from '../products/desk-products.ts';

export function PurgeReport({ answer: { entry, edges } }: { readonly answer: PurgeAnswer }): JSX.Element {
  const done = edges.filter(({ acknowledged }) => acknowledged).length;
  return (
    <section class="purge" aria-label="Purge" role="status">
      <p>
        {entry === null
          ? 'There was nothing to purge.'
          : `Gone from the origin, as entry ${entry} of the log, and from ${done} of ${edges.length} ${edges.length === 1 ? 'edge' : 'edges'}.`}
      </p>
      <ul class="purge__edges">
        {edges.map(({ id, name, acknowledged, afterMs, detail }) => (
          <li key={id} class={acknowledged ? 'purge__edge' : 'purge__edge purge__edge--late'}>
            {acknowledged ? <CheckIcon /> : <AlertIcon />}
            <span class="purge__name">{name}</span>
            <span class="hint">{acknowledged ? `after ${afterMs ?? 0} ms` : (detail ?? 'not yet')}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
