/** What is to be seen, in a sentence, and the runs that are kept. */
import type { JSX } from 'preact';
import { scenarioNamed } from '../../../../shared/sim/scenarios.ts';
import { useStore } from '../../store.ts';
import { useSwarm } from '../viewer-context.ts';
import { BranchTabs } from './branch-tabs.tsx';

export function StageCaption(): JSX.Element {
  const { viewer, director } = useSwarm();
  const branch = useStore(viewer.branch);
  const isBusy = useStore(director.isBusy);
  const subject = useStore(director.subject);
  if (branch === undefined) return <p class="swarm__caption hint">{isBusy ? 'One moment…' : ''}</p>;
  const about =
    branch.kind === 'live' && subject?.kind === 'fleet'
      ? `The fleet of ${subject.address}, as it is now`
      : (scenarioNamed(branch.log.header.scenario)?.about ?? branch.log.header.scenario);
  return (
    <div class="swarm__caption">
      <p class="swarm__title">{about}</p>
      <BranchTabs />
    </div>
  );
}
