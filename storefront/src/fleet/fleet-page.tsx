/** The edges of this origin's fleet; in the demo with what can be done to them. */
import type { JSX } from 'preact';
import { announcement } from '../announce.ts';
import { ShoalMark } from '../parts/icons.tsx';
import { Message } from '../parts/messages.tsx';
import { useStore } from '../store.ts';
import { AddEdges } from './parts/add-edges.tsx';
import { EdgeCard } from './parts/edge-card.tsx';
import { FleetNotice } from './parts/fleet-notice.tsx';
import { FleetSum } from './parts/fleet-sum.tsx';
import type { FleetWatch, ShownFleet } from './watch/fleet-watch.ts';

export function FleetPage({ watch }: { readonly watch: FleetWatch }): JSX.Element {
  const state = useStore(watch.state);
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the edges
      </a>
      <FleetHeader />
      <main id="main" class="page fleet-main" tabIndex={-1} aria-busy={state.kind === 'asking'}>
        {state.kind === 'failed' && (
          <Message heading="The origin does not answer" alert>
            <p>Is it running? This page asks again each second.</p>
          </Message>
        )}
        {state.kind === 'shown' && <Fleet fleet={state.fleet} isStale={state.isStale} watch={watch} />}
      </main>
      <p class="visually-hidden" role="status" aria-live="polite">
        {useStore(announcement)}
      </p>
    </>
  );
}

function FleetHeader(): JSX.Element {
  return (
    <header class="tool-header">
      <div class="header__row tool-header__row">
        <a class="tool-header__home" href="/fleet">
          <ShoalMark />
          <span>Fleet</span>
        </a>
        <nav class="tool-header__nav" aria-label="Other pages">
          <a href="/">Shop</a>
          <a href="/swarm">Swarm</a>
          <a href="/desk">Desk</a>
        </nav>
      </div>
    </header>
  );
}

interface FleetProps {
  readonly fleet: ShownFleet;
  readonly isStale: boolean;
  readonly watch: FleetWatch;
}

function Fleet({ fleet, isStale, watch }: FleetProps): JSX.Element {
  const { edges, control } = fleet;
  return (
    <>
      <div class="fleet-head">
        <div>
          <h1>{control === undefined ? 'The fleet' : 'The demo’s fleet'}</h1>
          <FleetSum edges={edges} />
        </div>
        {control !== undefined && <AddEdges fleet={fleet} control={control} watch={watch} />}
      </div>
      <FleetNotice isStale={isStale} hasControl={control !== undefined} />
      {edges.length === 0 ? (
        <p class="fleet-empty">No edge has joined this origin yet.</p>
      ) : (
        <ul class="fleet-grid">
          {edges.map((edge) => (
            <EdgeCard key={`${edge.name} ${edge.url}`} edge={edge} control={control} watch={watch} />
          ))}
        </ul>
      )}
    </>
  );
}
