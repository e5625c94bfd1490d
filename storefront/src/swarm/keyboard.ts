/** Keys of the whole page. Where a control has the keyboard, its own keys are left to it. */
import type { Viewer } from './viewer.ts';

export type Command =
  | 'toggle'
  | 'messageBack'
  | 'messageOn'
  | 'pieceBack'
  | 'pieceOn'
  | 'roundBack'
  | 'roundOn'
  | 'slower'
  | 'faster'
  | 'begin'
  | 'end'
  | 'lookAway'
  | 'help';

interface Press {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

const PLAIN: Readonly<Record<string, Command>> = {
  ' ': 'toggle',
  ArrowLeft: 'messageBack',
  ArrowRight: 'messageOn',
  '[': 'roundBack',
  ']': 'roundOn',
  '-': 'slower',
  '+': 'faster',
  '=': 'faster',
  Home: 'begin',
  End: 'end',
  Escape: 'lookAway',
  '?': 'help',
};
const SHIFTED: Readonly<Record<string, Command>> = {
  ArrowLeft: 'pieceBack',
  ArrowRight: 'pieceOn',
  '?': 'help',
  '+': 'faster',
};
/** What has the keyboard; it keeps the keys that it answers to itself. */
export type Focus = 'page' | 'button' | 'slider' | 'field';
const OWN_KEYS: Readonly<Record<Focus, ReadonlySet<string> | 'all'>> = {
  page: new Set(),
  button: new Set([' ', 'Enter']),
  slider: new Set(['ArrowLeft', 'ArrowRight', 'Home', 'End']),
  field: 'all',
};

export function commandOf(press: Press, focus: Focus): Command | undefined {
  const own = OWN_KEYS[focus];
  if (press.ctrlKey || press.altKey || press.metaKey || own === 'all' || own.has(press.key)) return undefined;
  return press.shiftKey ? SHIFTED[press.key] : PLAIN[press.key];
}

export function focusOf(target: EventTarget | null): Focus {
  if (!(target instanceof Element)) return 'page';
  if (target.matches('input[type="range"]')) return 'slider';
  if (target.closest('input, select, textarea, dialog') !== null) return 'field';
  return target.closest('button, a, summary') === null ? 'page' : 'button';
}

export function perform(viewer: Viewer, command: Exclude<Command, 'help'>): void {
  switch (command) {
    case 'toggle':
      return viewer.toggle();
    case 'messageBack':
      return viewer.step('message', 'back');
    case 'messageOn':
      return viewer.step('message', 'on');
    case 'pieceBack':
      return viewer.step('piece', 'back');
    case 'pieceOn':
      return viewer.step('piece', 'on');
    case 'roundBack':
      return viewer.step('round', 'back');
    case 'roundOn':
      return viewer.step('round', 'on');
    case 'slower':
      return viewer.changeSpeed(-1);
    case 'faster':
      return viewer.changeSpeed(1);
    case 'begin':
      return viewer.seek(0);
    case 'end':
      return viewer.seek(viewer.time.get().endMs);
    case 'lookAway':
      return viewer.select(undefined);
  }
}
