/** Where the photos on this page came from: a count per edge, and each image with its edge. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isAvoided } from '../edges/health.ts';
import type { KnownEdge } from '../edges/known-edge.ts';
import type { ImageSource } from '../edges/rank.ts';
import { countSources, type LoggedImage } from '../images/image-log.ts';
import type { ImageTiming } from '../images/image-timing.ts';
import { useShop } from '../shop-context.ts';
import { useStore } from '../store.ts';
import { CloseIcon } from './icons.tsx';

/** Longer lists help nobody; the counts above hold for all. */
const LISTED_MAX = 60;

export function ImageSourcesPanel({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { imageLog, edgeWatch } = useShop();
  const images = useStore(imageLog.images);
  const { edges } = useStore(edgeWatch.fleet);
  const headingRef = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    headingRef.current?.focus({ preventScroll: true });
    document.documentElement.classList.add('shows-sources');
    const closeOnEscape = (event: KeyboardEvent) => event.key === 'Escape' && onClose();
    document.addEventListener('keydown', closeOnEscape);
    return () => {
      document.documentElement.classList.remove('shows-sources');
      document.removeEventListener('keydown', closeOnEscape);
    };
  }, []);

  const shown = images.filter(({ source }) => source !== undefined);
  return (
    <section class="sources" aria-labelledby="sources-heading">
      <div class="sources__head">
        <h2 id="sources-heading" ref={headingRef} tabIndex={-1}>
          Image sources
        </h2>
        <button type="button" class="icon-button" aria-label="Close image sources" onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <p class="sources__summary">{summary(shown)}</p>
      <SourceRows images={shown} edges={edges} />
      <details class="sources__images">
        <summary>Each image</summary>
        <ul>
          {shown.slice(0, LISTED_MAX).map(({ key, alt, source, timing }) => (
            <li key={key}>
              <span dir="auto">{alt}</span>
              <span class="sources__name">{source?.name}</span>
              {timing !== undefined && <span class="sources__timing">{timingWords(timing)}</span>}
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}

interface SourceRow {
  readonly source: ImageSource;
  readonly images: number;
}

function SourceRows({
  images,
  edges,
}: {
  readonly images: readonly LoggedImage[];
  readonly edges: readonly KnownEdge[];
}): JSX.Element {
  const counts: readonly SourceRow[] = countSources(images);
  const counted = new Set(counts.map(({ source }) => source.url));
  const idle = edges
    .filter(({ url }) => !counted.has(url))
    .map(({ name, url }): SourceRow => ({ source: { kind: 'edge', name, url }, images: 0 }));
  const most = Math.max(1, ...counts.map((row) => row.images));
  return (
    <ul class="sources__rows">
      {[...counts, ...idle].map(({ source, images: count }) => (
        <li key={source.url} class={`sources__row sources__row--${source.kind}`} data-source={source.name}>
          <span class="sources__name" dir="auto">
            {source.name}
          </span>
          <span class="sources__state">{stateOf(edges.find(({ url }) => url === source.url))}</span>
          <span class="sources__count">{count}</span>
          <span class="sources__bar" style={{ width: `${(100 * count) / most}%` }} aria-hidden="true" />
        </li>
      ))}
    </ul>
  );
}

function stateOf(edge: KnownEdge | undefined): string {
  if (edge === undefined) return '';
  if (isAvoided(edge.health, Date.now())) return 'away';
  const { latencyMs } = edge.health;
  const peers = edge.peerShare === undefined ? [] : [`${Math.round(100 * edge.peerShare)} % from peers`];
  return [...peers, ...(latencyMs === null ? [] : [milliseconds(latencyMs)])].join(' · ');
}

function timingWords({ bytes, durationMs, fromCache, nodeHadItIn, bytesFromPeers }: ImageTiming): string {
  const size = bytes === null ? [] : [kilobytes(bytes)];
  if (fromCache) return [...size, 'kept in this browser'].join(' · ');
  const fetched = bytesFromPeers > 0 ? [`${kilobytes(bytesFromPeers)} of it from peers just now`] : [];
  const lay = nodeHadItIn === 'memory' || nodeHadItIn === 'disk' ? [`from its ${nodeHadItIn}`] : fetched;
  return [...size, milliseconds(durationMs), ...lay].join(' · ');
}

/** Number and unit stay on one line. */
const milliseconds = (ms: number) => `${Math.max(1, Math.round(ms))}\u00a0ms`;
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;

function summary(shown: readonly LoggedImage[]): string {
  const fromOrigin = shown.filter(({ source }) => source?.kind === 'origin').length;
  const images = shown.length === 1 ? '1 image' : `${shown.length} images`;
  if (shown.length === 0) return 'No image on this page yet.';
  if (fromOrigin === 0) return `${images} on this page, every one from an edge.`;
  return `${images} on this page, ${fromOrigin} from the origin.`;
}
