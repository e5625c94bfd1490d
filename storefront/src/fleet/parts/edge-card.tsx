/** One edge: how it fares, and in the demo what can be done to it. */
import type { JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { DemoControl } from '../../demo/demo-control.ts';
import { EdgeLog } from '../log/edge-log.tsx';
import type { FleetWatch, ShownEdge } from '../watch/fleet-watch.ts';
import { limitWords } from '../words.ts';
import { EdgeActs } from './edge-acts.tsx';
import { EdgeFiguresList } from './edge-figures.tsx';
import { RateLine } from './rate-line.tsx';
import { SlowDown } from './slow-down.tsx';

export interface EdgeCardProps {
  readonly edge: ShownEdge;
  readonly control: DemoControl | undefined;
  readonly watch: FleetWatch;
}

export type Drawer = 'limits' | 'log' | undefined;

export function EdgeCard({ edge, control, watch }: EdgeCardProps): JSX.Element {
  const [drawer, setDrawer] = useState<Drawer>();
  const id = useId();
  const { name, url, state, limits } = edge;
  const isLimited = limits !== undefined && limits.upBytesPerSecond + limits.downBytesPerSecond > 0;
  const close = () => setDrawer(undefined);
  return (
    <li class={`edge${drawer === 'log' ? ' edge--wide' : ''}`} data-name={name} data-state={state}>
      <section class="edge__body" aria-labelledby={`${id}-name`}>
        <div class="edge__head">
          <h2 id={`${id}-name`}>{name}</h2>
          <span class={`state state--${state}`}>{state}</span>
        </div>
        <a class="edge__address" href={`${url}/status`} target="_blank" rel="noopener">
          {url.replace(/^https?:\/\//, '')}
          <span class="visually-hidden">, its status, in a new tab</span>
        </a>
        <RateLine rates={edge.rates} />
        <EdgeFiguresList figures={edge.figures} />
        {isLimited && (
          <p class="edge__limits">
            Slowed: takes {limitWords(limits.downBytesPerSecond)}, gives {limitWords(limits.upBytesPerSecond)}
          </p>
        )}
        {control !== undefined && (
          <EdgeActs
            edge={edge}
            control={control}
            watch={watch}
            drawer={drawer}
            drawerId={`${id}-drawer`}
            onDrawer={setDrawer}
          />
        )}
        {control !== undefined && limits !== undefined && drawer === 'limits' && (
          <SlowDown id={`${id}-drawer`} edge={edge} control={control} watch={watch} onClose={close} />
        )}
        {control !== undefined && drawer === 'log' && (
          <EdgeLog id={`${id}-drawer`} name={name} control={control} />
        )}
      </section>
    </li>
  );
}
