/** What is watched: a scenario with its seed, a recording, a file, or a fleet. */
import type { JSX } from 'preact';
import { SCENARIOS } from '../../../../shared/sim/scenarios.ts';
import { useStore } from '../../store.ts';
import { RECORDINGS } from '../source/recordings.ts';
import type { Subject } from '../subject.ts';
import { useSwarm } from '../viewer-context.ts';

const FLEET = 'fleet';
/** Another option than {@link FLEET}: what is chosen already cannot be chosen, and the dialog would not open. */
const WATCHED = 'watched';
const MOST_SEED = 9_999;

export function SourceMenu({ onFleet }: { readonly onFleet: () => void }): JSX.Element {
  const { director } = useSwarm();
  const subject = useStore(director.subject);
  const choose = (value: string) => {
    const [kind, name = ''] = value.split(':');
    if (kind === FLEET) onFleet();
    else if (kind === 'scenario') director.openScenario(name, 1);
    else if (kind === 'recording') void director.openRecording(name);
  };
  return (
    <div class="source">
      <label class="source__choice">
        <span class="visually-hidden">Watch</span>
        <select value={optionOf(subject)} onChange={(event) => choose(event.currentTarget.value)}>
          <optgroup label="Simulated here">
            {SCENARIOS.map(({ name }) => (
              <option key={name} value={`scenario:${name}`}>
                {titleOf(name)}
              </option>
            ))}
          </optgroup>
          <optgroup label="Recorded">
            {RECORDINGS.map((name) => (
              <option key={name} value={`recording:${name}`}>
                {titleOf(name)}, recorded
              </option>
            ))}
          </optgroup>
          {subject?.kind === 'file' && <option value="file">{subject.name}</option>}
          {subject?.kind === 'fleet' && <option value={WATCHED}>{subject.address}</option>}
          <option value={FLEET}>A fleet…</option>
        </select>
      </label>
      {subject?.kind === 'scenario' && (
        <label class="source__seed">
          Seed
          <input
            type="number"
            min={0}
            max={MOST_SEED}
            value={subject.seed}
            onChange={({ currentTarget: { valueAsNumber: seed } }) => {
              if (Number.isInteger(seed) && seed >= 0)
                director.openScenario(subject.name, Math.min(seed, MOST_SEED));
            }}
          />
        </label>
      )}
    </div>
  );
}

function optionOf(subject: Subject | undefined): string {
  if (subject === undefined) return '';
  if (subject.kind === 'fleet') return WATCHED;
  return subject.kind === 'file' ? subject.kind : `${subject.kind}:${subject.name}`;
}

/** `super-seeding-off` is `Super-seeding off`. */
export function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ').replace('super seeding', 'super-seeding');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
