/** What can be done to a simulated swarm at the moment that is shown. */
import type { JSX } from 'preact';
import type { Act } from '../../../../shared/sim/scenario.ts';
import { useStore } from '../../store.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import { ADDED, SLOW_TIMES } from '../simulate/act-words.ts';
import { useSwarm } from '../viewer-context.ts';
import { nameOf } from '../words/sentences.ts';

export function ActsPanel(): JSX.Element | null {
  const { viewer, director } = useSwarm();
  const branch = useStore(viewer.branch);
  const selection = useStore(viewer.selection);
  const atMs = useStore(viewer.moment);
  const isBusy = useStore(director.isBusy);
  if (branch === undefined || branch.act === undefined) return null;
  const { act, log } = branch;
  const acts: readonly (readonly [string, Act])[] = [
    ...(selection?.kind === 'node' ? nodeActs(log, atMs, selection.node) : []),
    ...(selection?.kind === 'link' ? linkActs(log, atMs, selection.a, selection.b) : []),
    ['Add three edges', { act: 'add', count: ADDED }],
  ];
  return (
    <section class="panel" aria-labelledby="acts-title">
      <h2 id="acts-title">Do something</h2>
      <div class="chips">
        {acts.map(([words, what]) => (
          <button key={words} type="button" class="chip" disabled={isBusy} onClick={() => act(what)}>
            {words}
          </button>
        ))}
      </div>
      <p class="hint">
        {selection === undefined && 'Select a node or a link for more. '}
        It happens at the moment that is shown; the run as it was stays beside it.
      </p>
    </section>
  );
}

function nodeActs(log: SwarmLog, atMs: number, index: number): readonly (readonly [string, Act])[] {
  const node = log.pictureAt(atMs).nodes[index];
  if (node === undefined) return [];
  const { name } = node;
  if (!node.isUp) return [[`Restart ${name}`, { act: 'restart', node: index }]];
  const acts: (readonly [string, Act])[] = [
    [`Kill ${name}`, { act: 'kill', node: index }],
    isSlow(log, atMs, index)
      ? [`${name} at full speed`, { act: 'slow', node: index, times: 1 }]
      : [`Slow ${name} down`, { act: 'slow', node: index, times: SLOW_TIMES }],
  ];
  if (node.role === 'origin') return acts;
  const manner = log.mannersAt(atMs).get(index) ?? node.role;
  if (manner !== 'freeRider') acts.push([`Let ${name} free-ride`, { act: 'freeRide', node: index }]);
  if (manner !== 'liar') acts.push([`Let ${name} lie`, { act: 'lie', node: index }]);
  return acts;
}

function linkActs(
  log: SwarmLog,
  atMs: number,
  node: number,
  peer: number,
): readonly (readonly [string, Act])[] {
  const picture = log.pictureAt(atMs);
  const names = `${nameOf(picture, node)} and ${nameOf(picture, peer)}`;
  return isCut(log, atMs, node, peer)
    ? [[`Join ${names} again`, { act: 'mend', node, peer }]]
    : [[`Cut ${names} apart`, { act: 'cut', node, peer }]];
}

function isSlow(log: SwarmLog, atMs: number, index: number): boolean {
  const last = log.acts.findLast(({ t, act, node }) => t <= atMs && act === 'slow' && node === index);
  return (last?.value ?? 1) > 1;
}

function isCut(log: SwarmLog, atMs: number, a: number, b: number): boolean {
  const last = log.acts.findLast(
    ({ t, act, node, peer }) =>
      t <= atMs &&
      (act === 'cut' || act === 'mend') &&
      ((node === a && peer === b) || (node === b && peer === a)),
  );
  return last?.act === 'cut';
}
