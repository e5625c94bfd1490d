/** More edges by one click. */
import type { JSX } from 'preact';
import type { DemoControl } from '../../demo/demo-control.ts';
import type { FleetWatch, ShownFleet } from '../watch/fleet-watch.ts';
import { useAct } from './use-act.ts';

export interface AddEdgesProps {
  readonly fleet: ShownFleet;
  readonly control: DemoControl;
  readonly watch: FleetWatch;
}

const AT_ONCE = 3;

export function AddEdges({ fleet, control, watch }: AddEdgesProps): JSX.Element {
  const { isBusy, problem, perform } = useAct(watch);
  const count = Math.min(AT_ONCE, fleet.edgesMax - fleet.edges.length);
  const isFull = count <= 0;
  return (
    <div class="add-edges">
      <button
        type="button"
        class="button button--main add-edges__button"
        aria-disabled={isBusy || isFull}
        onClick={() => !isFull && void perform(() => control.add(count))}
      >
        {isFull ? 'No more edges' : `Spin up ${count} more ${count === 1 ? 'edge' : 'edges'}`}
      </button>
      {isFull && <p class="hint">The demo has {fleet.edgesMax} edges at most.</p>}
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
