import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { NodesIcon } from './icons.tsx';
import { ImageSourcesPanel } from './image-sources-panel.tsx';

export function Footer(): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <footer class="footer">
      <div class="footer__row">
        <p>
          A sample shop. Nothing is sold here; the photos travel through <strong>Shoal</strong>, an image CDN
          whose edges feed each other.
        </p>
        <nav class="footer__pages" aria-label="Behind the shop">
          <a href="/desk">Desk</a>
          <a href="/fleet">Fleet</a>
          <a href="/swarm">Swarm</a>
        </nav>
        <button
          type="button"
          class="button button--quiet"
          aria-expanded={open}
          aria-controls="image-sources"
          onClick={() => setOpen(!open)}
        >
          <NodesIcon />
          Image sources
        </button>
      </div>
      <div id="image-sources">{open && <ImageSourcesPanel onClose={() => setOpen(false)} />}</div>
    </footer>
  );
}
