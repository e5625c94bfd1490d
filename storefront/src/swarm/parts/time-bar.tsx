/** Play, the time line, steps and speed. */
import type { JSX } from 'preact';
import { useStore } from '../../store.ts';
import { drawTimeLine } from '../draw/time-line.ts';
import type { StepKind } from '../log/moments.ts';
import { nearestSpeedIndex, SPEEDS, speedWords } from '../time/speed.ts';
import { timeWords } from '../time/time-words.ts';
import { useViewer } from '../viewer-context.ts';
import { EarlierIcon, LaterIcon, PauseIcon, PlayIcon } from './icons.tsx';
import { usePaintedCanvas } from './use-painted-canvas.ts';

const STEPS: readonly (readonly [StepKind, string, string])[] = [
  ['message', 'message', 'message'],
  ['piece', 'piece', 'verified piece'],
  ['round', 'round', 'choking round'],
];

export function TimeBar(): JSX.Element {
  const viewer = useViewer();
  const time = useStore(viewer.time);
  const isEmpty = time.endMs === 0;
  const isFine = !time.isPlaying || time.speed < 1 / 20;
  return (
    <section class="time-bar" aria-label="Time">
      <button
        type="button"
        class="time-bar__play"
        disabled={isEmpty}
        aria-label={time.isPlaying ? 'Pause' : 'Play'}
        onClick={() => viewer.toggle()}
      >
        {time.isPlaying ? <PauseIcon /> : <PlayIcon />}
      </button>
      <div class="time-bar__line">
        <TimeLine />
        <input
          type="range"
          aria-label="Time line"
          aria-valuetext={`${timeWords(time.atMs, isFine)} of ${timeWords(time.endMs, false)}`}
          min={0}
          max={Math.max(1, time.endMs)}
          step="any"
          value={time.atMs}
          disabled={isEmpty}
          onInput={(event) => viewer.seek(event.currentTarget.valueAsNumber)}
        />
      </div>
      <p class="time-bar__now">
        {timeWords(time.atMs, isFine)}
        <span>of {timeWords(time.endMs, false)}</span>
      </p>
      <div class="time-bar__more">
        <div class="steps">
          {STEPS.map(([kind, label, what]) => (
            <span class="step" key={kind}>
              <button
                type="button"
                aria-label={`Previous ${what}`}
                disabled={isEmpty}
                onClick={() => viewer.step(kind, 'back')}
              >
                <EarlierIcon />
              </button>
              {label}
              <button
                type="button"
                aria-label={`Next ${what}`}
                disabled={isEmpty}
                onClick={() => viewer.step(kind, 'on')}
              >
                <LaterIcon />
              </button>
            </span>
          ))}
        </div>
        <FollowButton />
        <label class="speed">
          Speed
          <input
            type="range"
            min={0}
            max={SPEEDS.length - 1}
            step={1}
            value={nearestSpeedIndex(time.speed)}
            aria-valuetext={speedWords(time.speed)}
            onInput={(event) => viewer.setSpeed(SPEEDS[event.currentTarget.valueAsNumber] ?? 1)}
          />
          <output>{speedWords(time.speed)}</output>
        </label>
      </div>
    </section>
  );
}

/** Only where time goes on by itself. */
function FollowButton(): JSX.Element | null {
  const viewer = useViewer();
  const time = useStore(viewer.time);
  const branch = useStore(viewer.branch);
  if (branch?.kind !== 'live' || !time.isOpen) return null;
  return (
    <button type="button" class="chip" aria-pressed={time.isFollowing} onClick={() => viewer.follow()}>
      Follow live
    </button>
  );
}

/** Behind the slider: how many pieces were verified when, and what was done to the swarm. */
function TimeLine(): JSX.Element {
  const viewer = useViewer();
  const grown = useStore(viewer.grown);
  const log = useStore(viewer.branch)?.log;
  const canvasRef = usePaintedCanvas(
    (canvas) => drawTimeLine(canvas, log, viewer.time.get().endMs),
    [log, grown],
  );
  return (
    <div aria-hidden="true">
      <canvas ref={canvasRef} />
    </div>
  );
}
