/** The limits of an edge on the peer wire. They are flags of its process, so it is started anew. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DemoControl } from '../../demo/demo-control.ts';
import type { FleetWatch, ShownEdge } from '../watch/fleet-watch.ts';
import { limitWords } from '../words.ts';
import { useAct } from './use-act.ts';

export interface SlowDownProps {
  readonly id: string;
  readonly edge: ShownEdge;
  readonly control: DemoControl;
  readonly watch: FleetWatch;
  readonly onClose: () => void;
}

const KIB = 1024;
/** A fast line to one on which a photo takes minutes. 0: no limit. */
const CHOICES = [0, 4096 * KIB, 1024 * KIB, 256 * KIB, 64 * KIB, 16 * KIB];

export function SlowDown({ id, edge, control, watch, onClose }: SlowDownProps): JSX.Element {
  const { isBusy, problem, perform } = useAct(watch);
  const [down, setDown] = useState(edge.limits?.downBytesPerSecond ?? 0);
  const [up, setUp] = useState(edge.limits?.upBytesPerSecond ?? 0);
  const runs = edge.state === 'running' || edge.state === 'starting';
  const submit = async (event: Event) => {
    event.preventDefault();
    const limits = { downBytesPerSecond: down, upBytesPerSecond: up };
    if (await perform(() => control.limit(edge.name, limits))) onClose();
  };
  return (
    <form
      id={id}
      class="limits"
      aria-label={`Speed of ${edge.name}`}
      onSubmit={(event) => void submit(event)}
    >
      <Limit label="Takes at most" value={down} onChange={setDown} />
      <Limit label="Gives at most" value={up} onChange={setUp} />
      <p class="hint">
        {runs
          ? 'The edge is started anew with these limits: it ends what is under way, is away for a second or two, and comes back with all it held.'
          : 'The edge has these limits when it is started again.'}{' '}
        They hold between nodes; shoppers are served as fast as before.
      </p>
      <button type="submit" class="button limits__submit" aria-disabled={isBusy}>
        {runs ? 'Restart with these' : 'Keep these'}
      </button>
      {problem !== '' && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

interface LimitProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (bytesPerSecond: number) => void;
}

function Limit({ label, value, onChange }: LimitProps): JSX.Element {
  // One that was set by other means stands among them too.
  const choices = CHOICES.includes(value) ? CHOICES : [value, ...CHOICES];
  return (
    <label class="limits__field">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {limitWords(choice)}
          </option>
        ))}
      </select>
    </label>
  );
}
