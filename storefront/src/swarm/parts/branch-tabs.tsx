/** All runs that are kept: as planned, and what became of it after each act. */
import type { JSX } from 'preact';
import { useStore } from '../../store.ts';
import { useViewer } from '../viewer-context.ts';

export function BranchTabs(): JSX.Element | null {
  const viewer = useViewer();
  const branches = useStore(viewer.branches);
  const shown = useStore(viewer.branch);
  if (branches.length < 2) return null;
  return (
    <div class="branches">
      {branches.map((branch) => (
        <button
          key={branch.id}
          type="button"
          class="chip chip--tight"
          aria-pressed={branch === shown}
          onClick={() => viewer.show(branch)}
        >
          {branch.label}
        </button>
      ))}
    </div>
  );
}
