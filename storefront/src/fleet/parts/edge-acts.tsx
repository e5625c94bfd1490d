/**
 * Start or stop, kill, and what opens below. Buttons stay where they are whatever the state: who uses the keyboard keeps
 * the focus.
 */
import type { JSX } from 'preact';
import type { DemoControl, EdgeAct } from '../../demo/demo-control.ts';
import type { FleetWatch, ShownEdge } from '../watch/fleet-watch.ts';
import type { EdgeState } from '../watch/parse-fleet.ts';
import type { Drawer } from './edge-card.tsx';
import { useAct } from './use-act.ts';

export interface EdgeActsProps {
  readonly edge: ShownEdge;
  readonly control: DemoControl;
  readonly watch: FleetWatch;
  readonly drawer: Drawer;
  readonly drawerId: string;
  readonly onDrawer: (drawer: Drawer) => void;
}

export function EdgeActs({ edge, control, watch, drawer, drawerId, onDrawer }: EdgeActsProps): JSX.Element {
  const { isBusy, problem, perform } = useAct(watch);
  const { name, state } = edge;
  const ask = (act: EdgeAct) => void perform(() => control.act(name, act));
  const hasProcess = runs(state) || state === 'draining';
  const opens = (which: 'limits' | 'log', label: string) => (
    <button
      type="button"
      class="button button--quiet"
      aria-expanded={drawer === which}
      aria-controls={drawer === which ? drawerId : undefined}
      onClick={() => onDrawer(drawer === which ? undefined : which)}
    >
      {label}
      <span class="visually-hidden"> of {name}</span>
    </button>
  );
  return (
    <>
      <div class="edge__acts">
        <button
          type="button"
          class="button button--quiet"
          aria-disabled={isBusy || state === 'draining'}
          onClick={() => state !== 'draining' && ask(runs(state) ? 'stop' : 'start')}
        >
          {state === 'draining' ? 'Stopping' : runs(state) ? 'Stop' : 'Start'}
          <span class="visually-hidden"> {name}</span>
        </button>
        <button
          type="button"
          class="button button--quiet button--warn"
          aria-disabled={isBusy || !hasProcess}
          onClick={() => hasProcess && ask('kill')}
        >
          Kill<span class="visually-hidden"> {name}</span>
        </button>
        {opens('limits', 'Speed')}
        {opens('log', 'Log')}
      </div>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

const runs = (state: EdgeState): boolean => state === 'starting' || state === 'running';
