/** What can be done to the swarm that is shown. */
import type { JSX } from 'preact';
import { useStore } from '../../store.ts';
import { useSwarm } from '../viewer-context.ts';

export function ActsPanel(): JSX.Element | null {
  const { viewer, director } = useSwarm();
  const branch = useStore(viewer.branch);
  const selection = useStore(viewer.selection);
  const atMs = useStore(viewer.moment);
  const isBusy = useStore(director.isBusy);
  // Of a live fleet: what can be done goes by how it is now, whatever moment is shown.
  useStore(viewer.grown);
  if (branch?.actor === undefined) return null;
  const { actor, log } = branch;
  return (
    <section class="panel" aria-labelledby="acts-title">
      <h2 id="acts-title">Do something</h2>
      <div class="chips">
        {actor.offers(log, selection, atMs).map(([words, what]) => (
          <button
            key={words}
            type="button"
            class="chip"
            disabled={isBusy}
            onClick={() => actor.perform(what)}
          >
            {words}
          </button>
        ))}
      </div>
      <p class="hint">
        {selection === undefined && 'Select a node or a link for more. '}
        {actor.hint}
      </p>
    </section>
  );
}
