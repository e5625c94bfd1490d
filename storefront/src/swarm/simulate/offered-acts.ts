/** What can be done to a simulated swarm at the moment that is shown. */
import type { Offer } from '../log/actor.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import type { Selection } from '../share/url-state.ts';
import { nameOf } from '../words/sentences.ts';
import { ADDED, SLOW_TIMES } from './act-words.ts';

export function offeredActs(log: SwarmLog, selection: Selection | undefined, atMs: number): readonly Offer[] {
  return [
    ...(selection?.kind === 'node' ? nodeActs(log, atMs, selection.node) : []),
    ...(selection?.kind === 'link' ? linkActs(log, atMs, selection.a, selection.b) : []),
    ['Add three edges', { act: 'add', count: ADDED }],
  ];
}

function nodeActs(log: SwarmLog, atMs: number, index: number): readonly Offer[] {
  const node = log.pictureAt(atMs).nodes[index];
  if (node === undefined) return [];
  const { name } = node;
  if (!node.isUp) return [[`Restart ${name}`, { act: 'restart', node: index }]];
  const acts: Offer[] = [
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

function linkActs(log: SwarmLog, atMs: number, node: number, peer: number): readonly Offer[] {
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
