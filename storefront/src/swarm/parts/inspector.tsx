/** What the watcher looks into: a node, a link or a message, at the moment that is shown. */
import type { JSX } from 'preact';
import { useStore } from '../../store.ts';
import { selectionWords } from '../share/url-state.ts';
import { useViewer } from '../viewer-context.ts';
import { LinkInspector } from './link-inspector.tsx';
import { MessageInspector } from './message-inspector.tsx';
import { NodeInspector } from './node-inspector.tsx';

export function Inspector(): JSX.Element {
  const viewer = useViewer();
  const selection = useStore(viewer.selection);
  const log = useStore(viewer.branch)?.log;
  const atMs = useStore(viewer.moment);
  useStore(viewer.grown);
  if (selection === undefined || log === undefined)
    return (
      <section class="panel" aria-label="Inspector">
        <h2>Look inside</h2>
        <p class="hint">
          Click a node, a link or a fish, or reach one with Tab and press Enter. Time stands still while you
          look.
        </p>
      </section>
    );
  return (
    <section class="panel" aria-label="Inspector" key={selectionWords(selection)}>
      {selection.kind === 'node' && <NodeInspector log={log} atMs={atMs} index={selection.node} />}
      {selection.kind === 'link' && <LinkInspector log={log} atMs={atMs} a={selection.a} b={selection.b} />}
      {selection.kind === 'message' && <MessageInspector log={log} atMs={atMs} number={selection.message} />}
    </section>
  );
}
