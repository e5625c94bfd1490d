/** What it cost the origin and how long it took, beside what is possible and what it would cost without a swarm. */
import type { JSX } from 'preact';
import { useStore } from '../../store.ts';
import { bytesWords } from '../../words/bytes-words.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import { type Figures, figuresOf } from '../meters/figures-of.ts';
import { copiesWords } from '../meters/meters.ts';
import { timeWords } from '../time/time-words.ts';
import { useViewer } from '../viewer-context.ts';
import { CurvePlot } from './curve-plot.tsx';

export function MetersPanel(): JSX.Element | null {
  const viewer = useViewer();
  const log = useStore(viewer.branch)?.log;
  const moment = useStore(viewer.moment);
  useStore(viewer.grown);
  if (log === undefined) return null;
  const figures = figuresOf(log, moment);
  return (
    <section class="panel" aria-labelledby="meters-title">
      <h2 id="meters-title">What it costs</h2>
      {log.header.source === 'live' && figures.copyBytes === 0 ? (
        <p class="hint">
          Nobody has lacked anything since you came. Publish a photo at the desk and watch it spread.
        </p>
      ) : (
        <>
          <CopiesMeter figures={figures} />
          <TimeMeter figures={figures} log={log} moment={moment} />
          <RarestMeter figures={figures} />
          <CurvePlot log={log} figures={figures} />
        </>
      )}
    </section>
  );
}

function CopiesMeter({ figures }: { readonly figures: Figures }): JSX.Element {
  const { originCopies, takers, copyBytes } = figures;
  const scale = Math.max(takers, originCopies, 1);
  return (
    <div class="meter">
      <p class="meter__figure">
        <strong>{copiesWords(originCopies)}</strong> copies left the origin
      </p>
      <div class="meter__bar" aria-hidden="true">
        <Fill className="meter__fill meter__fill--origin" share={originCopies / scale} />
        <Tick share={1 / scale} />
      </div>
      <p class="hint">
        A copy is {bytesWords(copyBytes)}. Least possible: 1. Origin only: {takers}, one for each.
      </p>
    </div>
  );
}

function TimeMeter({
  figures,
  log,
  moment,
}: {
  readonly figures: Figures;
  readonly log: SwarmLog;
  readonly moment: number;
}): JSX.Element {
  const { edges, edgesDone, doneMs, boundMs, originOnlyMs } = figures;
  const elapsedMs = doneMs ?? moment - figures.beganMs;
  const isLive = log.header.source === 'live';
  const scale = Math.max(originOnlyMs ?? 0, isLive ? elapsedMs : log.endMs, 1);
  return (
    <div class="meter">
      <p class="meter__figure">
        <strong>
          {edgesDone} of {edges}
        </strong>{' '}
        edges {doneMs === undefined ? `have everything` : `had everything after ${timeWords(doneMs, false)}`}
      </p>
      <div class="meter__bar" aria-hidden="true">
        <Fill className="meter__fill" share={elapsedMs / scale} />
        {boundMs !== undefined && <Tick share={boundMs / scale} />}
      </div>
      <p class="hint">
        {boundMs === undefined || originOnlyMs === undefined
          ? `${isLive ? 'No node has a limit (--up-rate, --down-rate)' : 'What the lines carry is not in this log'}, so there is no bound to compare with.`
          : `Least possible (Kumar and Ross): ${timeWords(boundMs, false)}. Origin only: ${timeWords(originOnlyMs, false)}.`}
      </p>
    </div>
  );
}

function RarestMeter({ figures }: { readonly figures: Figures }): JSX.Element {
  const { rarest, nodesUp } = figures;
  return (
    <div class="meter">
      <p class="meter__figure">
        <strong>{rarest}</strong> {rarest === 1 ? 'node has' : 'nodes have'} the rarest piece
      </p>
      <div class="dots" aria-hidden="true">
        {nodesUp <= 60 &&
          Array.from({ length: nodesUp }, (_, index) => (
            <i key={index} class={index < rarest ? 'dots__full' : ''} />
          ))}
      </div>
    </div>
  );
}

function Fill({ className, share }: { readonly className: string; readonly share: number }): JSX.Element {
  return <span class={className} style={{ width: `${Math.min(100, share * 100)}%` }} />;
}

/** Where the least possible lies. */
function Tick({ share }: { readonly share: number }): JSX.Element {
  return <span class="meter__tick" style={{ left: `${Math.min(100, share * 100)}%` }} />;
}
