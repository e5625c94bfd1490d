/** The picture: a canvas, what it says about what the pointer is on, and a button over each node for the keyboard. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useStore } from '../../store.ts';
import { StagePainter } from '../draw/stage-painter.ts';
import { useViewer } from '../viewer-context.ts';
import { sentenceOf } from '../words/sentences.ts';

export function Stage({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const viewer = useViewer();
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const painterRef = useRef<StagePainter>(null);
  const [places, setPlaces] = useState<readonly NodePlace[]>([]);

  useEffect(() => {
    const painter = new StagePainter(viewer, canvasRef.current!, setPlaces);
    painterRef.current = painter;
    return () => painter.stop();
  }, [viewer]);

  const pointedAt = useStore(viewer.pointedAt);

  return (
    <div class="swarm__stage" data-points={pointedAt === undefined ? 'no' : 'yes'}>
      <canvas ref={canvasRef} role="img" aria-label="The swarm. The same stands in words further down." />
      {places.map(({ node, name, x, y, radius }) => (
        <button
          key={node}
          type="button"
          class="swarm__mark-button"
          aria-label={name}
          aria-describedby="swarm-says"
          style={{
            left: `${x - radius}px`,
            top: `${y - radius}px`,
            width: `${2 * radius}px`,
            height: `${2 * radius}px`,
          }}
          onFocus={() => viewer.pointedAt.set({ kind: 'node', node })}
          onBlur={() => viewer.pointedAt.set(undefined)}
          onClick={() => viewer.select({ kind: 'node', node })}
        />
      ))}
      {children}
      <Says painter={() => painterRef.current ?? undefined} />
    </div>
  );
}

export interface NodePlace {
  readonly node: number;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** The sentence of the mark that is pointed at, beside it. */
function Says({ painter }: { readonly painter: () => StagePainter | undefined }): JSX.Element {
  const viewer = useViewer();
  const pointedAt = useStore(viewer.pointedAt);
  const moment = useStore(viewer.moment);
  const log = useStore(viewer.branch)?.log;
  const sayRef = useRef<HTMLParagraphElement>(null);
  const words = pointedAt && log ? sentenceOf(log, pointedAt, moment) : '';

  useEffect(() => {
    const element = sayRef.current;
    const at = pointedAt && painter()?.placeOf(pointedAt);
    if (element === null || at === undefined) return;
    const box = element.parentElement!.getBoundingClientRect();
    const left = Math.min(box.width - element.offsetWidth - 8, Math.max(8, at.x + 14));
    const below = at.y + 16;
    const top = below + element.offsetHeight < box.height ? below : at.y - element.offsetHeight - 14;
    element.style.transform = `translate(${left}px, ${Math.max(8, top)}px)`;
  });

  return (
    <p ref={sayRef} id="swarm-says" class="swarm__says" role="status">
      {words}
    </p>
  );
}
