/** Acts in an address (`kill-3@4000`) and in words (`Oslo is killed`). */
import type { Act, TimedAct } from '../../../../shared/sim/scenario.ts';
import { timeWords } from '../time/time-words.ts';

/** How much slower a slowed node is. */
export const SLOW_TIMES = 10;
export const ADDED = 3;

export function writeAct(act: TimedAct): string {
  return `${[act.act.toLowerCase(), ...numbersOf(act)].join('-')}@${Math.round(act.atMs)}`;
}

function numbersOf(act: Act): readonly number[] {
  switch (act.act) {
    case 'add':
      return [act.count];
    case 'slow':
      return [act.node, act.times];
    case 'cut':
    case 'mend':
      return [act.node, act.peer];
    default:
      return [act.node];
  }
}

/** @returns undefined for what is no act */
export function readAct(word: string): TimedAct | undefined {
  const [, name = '', listed = '', at] = /^([a-z]+)((?:-\d{1,4})*)@(\d{1,9})$/.exec(word) ?? [];
  if (at === undefined) return undefined;
  const act = makeAct(name, listed.split('-').slice(1).map(Number));
  return act && { ...act, atMs: Number(at) };
}

function makeAct(name: string, [first, second]: readonly number[]): Act | undefined {
  if (first === undefined) return undefined;
  switch (name) {
    case 'kill':
    case 'restart':
    case 'lie':
      return { act: name, node: first };
    case 'freeride':
      return { act: 'freeRide', node: first };
    case 'add':
      return { act: 'add', count: first };
    case 'slow':
      return second === undefined ? undefined : { act: 'slow', node: first, times: second };
    case 'cut':
    case 'mend':
      return second === undefined ? undefined : { act: name, node: first, peer: second };
    default:
      return undefined;
  }
}

/** What became of the run: the name of its branch. */
export function branchWords(act: TimedAct, nameOf: (node: number) => string): string {
  return `${actSentence(act, nameOf)} at ${timeWords(act.atMs, false)}`;
}

export function actSentence(act: Act, nameOf: (node: number) => string): string {
  switch (act.act) {
    case 'kill':
      return `${nameOf(act.node)} killed`;
    case 'restart':
      return `${nameOf(act.node)} restarted`;
    case 'add':
      return `${act.count} edges added`;
    case 'slow':
      return act.times > 1
        ? `${nameOf(act.node)} ${act.times} times slower`
        : `${nameOf(act.node)} at full speed`;
    case 'cut':
      return `${nameOf(act.node)} cut off from ${nameOf(act.peer)}`;
    case 'mend':
      return `${nameOf(act.node)} joined with ${nameOf(act.peer)} again`;
    case 'freeRide':
      return `${nameOf(act.node)} gives nothing`;
    case 'lie':
      return `${nameOf(act.node)} lies`;
  }
}
