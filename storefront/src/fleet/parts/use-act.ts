/** One thing at a time is asked of the demo; what came of it is shown where it was asked. */
import { useState } from 'preact/hooks';
import type { Answer } from '../../answers/answer.ts';
import type { FleetWatch } from '../watch/fleet-watch.ts';

export interface Acting {
  readonly isBusy: boolean;
  /** Why the last one was refused; empty: it was not. */
  readonly problem: string;
  /** @returns whether it was done */
  readonly perform: (act: () => Promise<Answer<unknown>>) => Promise<boolean>;
}

export function useAct(watch: FleetWatch): Acting {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const perform = async (act: () => Promise<Answer<unknown>>) => {
    if (isBusy) return false;
    setBusy(true);
    const answer = await act();
    setProblem(answer.ok ? '' : answer.refusal.detail);
    await watch.refreshAfterAct();
    setBusy(false);
    return answer.ok;
  };
  return { isBusy, problem, perform };
}
