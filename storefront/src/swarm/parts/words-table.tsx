/** The picture in words: every node and every link, for those who read rather than look. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useStore } from '../../store.ts';
import type { SwarmLog } from '../log/swarm-log.ts';
import type { Selection } from '../share/url-state.ts';
import { useViewer } from '../viewer-context.ts';
import { linkSentence, nodeSentence } from '../words/sentences.ts';

/** Fifty nodes have more than a thousand links: those that say something come first. */
const MOST_LINKS = 200;

export function WordsTable(): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const log = useStore(useViewer().branch)?.log;
  return (
    <details class="panel words" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The same in words</summary>
      {isOpen && log !== undefined && <WordsList log={log} />}
    </details>
  );
}

function WordsList({ log }: { readonly log: SwarmLog }): JSX.Element {
  const viewer = useViewer();
  const atMs = useStore(viewer.moment);
  useStore(viewer.grown);
  const scene = log.sceneAt(atMs);
  const picture = log.pictureAt(atMs);
  return (
    <>
      <h3>Nodes</h3>
      <ul>
        {picture.nodes.map((node) => (
          <Line key={node.index} mark={{ kind: 'node', node: node.index }} words={nodeSentence(node)} />
        ))}
      </ul>
      <h3>Links</h3>
      <ul>
        {scene.links.slice(0, MOST_LINKS).map(({ a, b }) => (
          <Line key={`${a}-${b}`} mark={{ kind: 'link', a, b }} words={linkSentence(picture, a, b)} />
        ))}
      </ul>
      {scene.links.length > MOST_LINKS && (
        <p class="hint">and {scene.links.length - MOST_LINKS} more links</p>
      )}
    </>
  );
}

function Line({ mark, words }: { readonly mark: Selection; readonly words: string }): JSX.Element {
  const viewer = useViewer();
  return (
    <li>
      <button
        type="button"
        onFocus={() => viewer.pointedAt.set(mark)}
        onBlur={() => viewer.pointedAt.set(undefined)}
        onClick={() => viewer.select(mark)}
      >
        {words}
      </button>
    </li>
  );
}
