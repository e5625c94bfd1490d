/** Two curves: copies that left the origin, and content that arrived at all edges together. */
import type { JSX } from 'preact';
import { useStore } from '../../store.ts';
import { arrivedCopies, drawCurves } from '../draw/curves.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import type { Figures } from '../meters/figures-of.ts';
import { copiesWords } from '../meters/meters.ts';
import { useViewer } from '../viewer-context.ts';
import { usePaintedCanvas } from './use-painted-canvas.ts';

export function CurvePlot({
  log,
  figures,
}: {
  readonly log: SwarmLog;
  readonly figures: Figures;
}): JSX.Element {
  const viewer = useViewer();
  const moment = useStore(viewer.moment);
  const canvasRef = usePaintedCanvas((canvas) => drawCurves(canvas, log, figures, moment), [figures]);
  const sent = copiesWords(figures.originCopies);
  const had = copiesWords(arrivedCopies(figures));
  return (
    <figure class="curves">
      <canvas
        ref={canvasRef}
        role="img"
        aria-label={`Copies over time: ${sent} left the origin, ${had} arrived at the edges.`}
      />
      <figcaption class="hint">
        Copies over time: <span class="curves__solid">solid, at the edges ({had})</span>;{' '}
        <span class="curves__dashed">dashed, left the origin ({sent})</span>
      </figcaption>
    </figure>
  );
}
