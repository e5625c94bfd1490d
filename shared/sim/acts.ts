/** What somebody does to a running swarm. */
import { unreachable } from '../errors.ts';
import { liar } from './behaviour.ts';
import type { SimTorrent } from './content.ts';
import type { SimHost } from './host.ts';
import type { Act, HostPlan, Scenario } from './scenario.ts';
import type { Simulation } from './simulation.ts';
import { addPlannedHost, joinAll, tellFleet } from './staging.ts';

/** More would be no swarm to look at. */
const MAX_HOSTS = 200;
const MAX_ADDED = 20;
/** Added edges join one after the other. */
const JOIN_GAP_MS = 7;
const MAX_SLOWNESS = 1_000;

export function perform(
  simulation: Simulation,
  scenario: Scenario,
  torrents: readonly SimTorrent[],
  act: Act,
): void {
  const now = simulation.events.now;
  if (act.act === 'add') {
    simulation.recorder?.act(now, act.act, { value: act.count });
    addHosts(simulation, scenario, torrents, act.count);
    return;
  }
  const host = simulation.hosts[act.node];
  const peer = 'peer' in act ? simulation.hosts[act.peer] : undefined;
  if (!host || ('peer' in act && (!peer || peer === host))) return;
  simulation.recorder?.act(now, act.act, aboutOf(act));
  switch (act.act) {
    case 'kill':
      if (host.isUp) host.die('crash');
      return;
    case 'restart':
      return restart(simulation, scenario, torrents, host);
    case 'freeRide':
      host.tuned = { uploadSlots: 0 };
      return restart(simulation, scenario, torrents, host);
    case 'slow':
      host.access.slowness = Math.min(Math.max(act.times, 1), MAX_SLOWNESS);
      return;
    case 'lie':
      host.behaviour = liar;
      return;
    case 'cut':
    case 'mend':
      if (peer) simulation.cut(host, peer, act.act === 'cut');
      return;
    default:
      return unreachable(act);
  }
}

function aboutOf(act: Exclude<Act, { act: 'add' }>): { node: number; peer?: number; value?: number } {
  if (act.act === 'cut' || act.act === 'mend') return { node: act.node, peer: act.peer };
  return act.act === 'slow' ? { node: act.node, value: act.times } : { node: act.node };
}

function restart(
  simulation: Simulation,
  scenario: Scenario,
  torrents: readonly SimTorrent[],
  host: SimHost,
): void {
  if (host.isUp) host.die('crash');
  host.restart();
  tellFleet(simulation);
  joinAll(host, scenario, torrents);
}

function addHosts(
  simulation: Simulation,
  scenario: Scenario,
  torrents: readonly SimTorrent[],
  count: number,
): void {
  const like = scenario.hosts.find(({ role }) => role === 'edge');
  if (!like) return;
  const room = Math.min(count, MAX_ADDED, MAX_HOSTS - simulation.hosts.length);
  for (let i = 0; i < room; i++) {
    const plan: HostPlan = {
      ...like,
      name: `Edge ${simulation.hosts.length}`,
      joinsAtMs: 1 + JOIN_GAP_MS * i,
    };
    addPlannedHost(simulation, scenario, plan, torrents);
  }
  tellFleet(simulation);
}
