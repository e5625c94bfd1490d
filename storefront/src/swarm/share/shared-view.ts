/** From what is on the screen to an address, and back. */
import type { Director } from '../director.ts';
import { readAct, writeAct } from '../simulate/act-words.ts';
import type { Viewer } from '../viewer.ts';
import { readUrlState, type UrlState, writeUrlState } from './url-state.ts';

const FIRST_SCENARIO = 'fan-out';

export function searchOf(viewer: Viewer, director: Director): string {
  const { atMs, speed } = viewer.time.get();
  const selection = viewer.selection.get();
  const acts = director.actsOf(viewer.branch.get()).map(writeAct);
  return writeUrlState({
    ...subjectOf(director),
    // A fleet's moment is gone when the address is opened.
    ...(director.subject.get()?.kind === 'fleet' ? {} : { atMs, speed, acts }),
    ...(selection === undefined ? {} : { selection }),
  });
}

function subjectOf(director: Director): UrlState {
  const subject = director.subject.get();
  switch (subject?.kind) {
    case 'scenario':
      return { scenario: subject.name, seed: subject.seed };
    case 'recording':
      return { recording: subject.name };
    case 'fleet':
      return { fleet: subject.address };
    default:
      return {};
  }
}

/** Opens what the address says; without words the page begins with a swarm of its own. */
export function openAddress(search: string, director: Director): void {
  const state = readUrlState(search);
  const time = {
    ...(state.atMs === undefined ? {} : { atMs: state.atMs }),
    ...(state.speed === undefined ? {} : { speed: state.speed }),
  };
  const acts = (state.acts ?? []).flatMap((word) => readAct(word) ?? []);
  const opening = { time, acts, ...(state.selection === undefined ? {} : { selection: state.selection }) };
  if (state.fleet !== undefined) director.openFleet(state.fleet);
  else if (state.recording !== undefined) void director.openRecording(state.recording, opening);
  else director.openScenario(state.scenario ?? FIRST_SCENARIO, state.seed ?? 1, opening);
}
