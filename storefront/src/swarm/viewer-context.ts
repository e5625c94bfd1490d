/** The viewer and the director, for components of the swarm page. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Director } from './director.ts';
import type { Viewer } from './viewer.ts';

export interface Swarm {
  readonly viewer: Viewer;
  readonly director: Director;
}

export const SwarmContext = createContext<Swarm | undefined>(undefined);

export function useSwarm(): Swarm {
  const swarm = useContext(SwarmContext);
  if (swarm === undefined) throw new Error('no swarm around this component');
  return swarm;
}

export const useViewer = (): Viewer => useSwarm().viewer;
