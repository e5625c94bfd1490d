/** What a link to the swarm page says: `?scenario=fan-out&seed=7&t=5200&select=node-3&acts=kill-3@4000`. */

export interface UrlState {
  readonly scenario?: string;
  /** Name of a recording that comes with the page. */
  readonly recording?: string;
  /** Address of an origin whose fleet is watched. */
  readonly fleet?: string;
  readonly seed?: number;
  readonly atMs?: number;
  readonly speed?: number;
  readonly selection?: Selection;
  /** What was done in the branch that is shown, in order; each as {@link actWords} writes it. */
  readonly acts?: readonly string[];
}

export type Selection =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'link'; readonly a: number; readonly b: number }
  | { readonly kind: 'message'; readonly message: number };

/** More than anybody does in one run. */
const MOST_ACTS = 32;
const LONGEST_NAME = 200;

export function readUrlState(search: string): UrlState {
  const words = new URLSearchParams(search);
  const state: { -readonly [Key in keyof UrlState]: UrlState[Key] } = {};
  for (const key of ['scenario', 'recording'] as const) {
    const name = words.get(key);
    if (name !== null && /^[a-z0-9-]{1,60}$/.test(name)) state[key] = name;
  }
  const fleet = words.get('fleet');
  if (fleet !== null && fleet.length <= LONGEST_NAME && isWebAddress(fleet)) state.fleet = fleet;
  const seed = wholeNumber(words.get('seed'), 2 ** 31 - 1);
  if (seed !== undefined) state.seed = seed;
  const atMs = wholeNumber(words.get('t'), 1e9);
  if (atMs !== undefined) state.atMs = atMs;
  const speed = Number(words.get('speed') ?? Number.NaN);
  if (speed > 0 && speed <= 1000) state.speed = speed;
  const selection = readSelection(words.get('select'));
  if (selection !== undefined) state.selection = selection;
  const acts = words.get('acts')?.split(',').filter(isActWord).slice(0, MOST_ACTS);
  if (acts !== undefined && acts.length > 0) state.acts = acts;
  return state;
}

export function writeUrlState(state: UrlState): string {
  const words = new URLSearchParams();
  if (state.scenario !== undefined) words.set('scenario', state.scenario);
  if (state.recording !== undefined) words.set('recording', state.recording);
  if (state.fleet !== undefined) words.set('fleet', state.fleet);
  if (state.seed !== undefined) words.set('seed', String(state.seed));
  if (state.atMs !== undefined) words.set('t', String(Math.round(state.atMs)));
  if (state.speed !== undefined && state.speed !== 1) words.set('speed', String(state.speed));
  if (state.selection !== undefined) words.set('select', selectionWords(state.selection));
  if (state.acts !== undefined && state.acts.length > 0) words.set('acts', state.acts.join(','));
  const text = words.toString();
  return text === '' ? '' : `?${text.replaceAll('%2C', ',').replaceAll('%40', '@')}`;
}

function readSelection(words: string | null): Selection | undefined {
  const parts = /^(node|link|message)-(\d{1,7})(?:-(\d{1,7}))?$/.exec(words ?? '');
  if (parts === null) return undefined;
  const [, kind, first, second] = parts;
  if (kind === 'node') return { kind, node: Number(first) };
  if (kind === 'message') return { kind, message: Number(first) };
  return second === undefined ? undefined : { kind: 'link', a: Number(first), b: Number(second) };
}

export function selectionWords(selection: Selection): string {
  switch (selection.kind) {
    case 'node':
      return `node-${selection.node}`;
    case 'link':
      return `link-${selection.a}-${selection.b}`;
    case 'message':
      return `message-${selection.message}`;
  }
}

const isActWord = (word: string): boolean => /^[a-z]+(-[0-9a-z]+)*@\d{1,9}$/.test(word);

function wholeNumber(text: string | null, most: number): number | undefined {
  if (text === null || !/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= most ? value : undefined;
}

function isWebAddress(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}
