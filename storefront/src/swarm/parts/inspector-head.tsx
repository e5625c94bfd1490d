import type { JSX } from 'preact';
import { useViewer } from '../viewer-context.ts';

export function InspectorHead({ title }: { readonly title: string }): JSX.Element {
  const viewer = useViewer();
  return (
    <div class="panel__head">
      <h2>{title}</h2>
      <button type="button" class="chip chip--tight" onClick={() => viewer.select(undefined)}>
        Close
      </button>
    </div>
  );
}
