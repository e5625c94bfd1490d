/** Acts on the demo's real edges. The origin is not among them: without it the demo ends. */
import type { Act } from '../../../../shared/sim/scenario.ts';
import type { Answer } from '../../answers/answer.ts';
import type { DemoControl } from '../../demo/demo-control.ts';
import type { Actor, Offer } from '../log/actor.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import type { Selection } from '../share/url-state.ts';
import { ADDED, SLOW_TIMES } from '../simulate/act-words.ts';

export interface DemoActing {
  readonly busy: (isBusy: boolean) => void;
  /** In words for the watcher; undefined: it was done. */
  readonly ended: (problem: string | undefined) => void;
}

/** Each way, of an edge that is slowed down: a photo then takes seconds. */
const SLOW_BYTES_PER_SECOND = 65_536;

export function demoActor(control: DemoControl, log: SwarmLog, { busy, ended }: DemoActing): Actor {
  const perform = async (act: Act) => {
    busy(true);
    const answer = await asked(control, act, 'node' in act ? (log.newest.nodes[act.node]?.name ?? '') : '');
    busy(false);
    ended(answer.ok ? undefined : answer.refusal.detail);
  };
  return {
    hint: 'It happens now, to the processes of the demo on this machine. Slower or faster: the edge is started anew.',
    offers: demoOffers,
    perform: (act) => void perform(act),
  };
}

/** As the edge is now, whatever moment is shown. */
export function demoOffers(
  log: Pick<SwarmLog, 'newest'>,
  selection: Selection | undefined,
): readonly Offer[] {
  const add: Offer = ['Add three edges', { act: 'add', count: ADDED }];
  const index = selection?.kind === 'node' ? selection.node : undefined;
  const node = index === undefined ? undefined : log.newest.nodes[index];
  if (index === undefined || node === undefined || node.role !== 'edge') return [add];
  const { name } = node;
  if (!node.isUp) return [[`Restart ${name}`, { act: 'restart', node: index }], add];
  return [
    [`Kill ${name}`, { act: 'kill', node: index }],
    [`Slow ${name} down`, { act: 'slow', node: index, times: SLOW_TIMES }],
    [`${name} at full speed`, { act: 'slow', node: index, times: 1 }],
    add,
  ];
}

function asked(control: DemoControl, act: Act, name: string): Promise<Answer<unknown>> {
  if (act.act === 'add') return control.add(act.count);
  if (act.act !== 'slow') return control.act(name, act.act === 'restart' ? 'start' : 'kill');
  const rate = act.times > 1 ? SLOW_BYTES_PER_SECOND : 0;
  return control.limit(name, { upBytesPerSecond: rate, downBytesPerSecond: rate });
}
