/** What every rendition weighs. */
import type { JSX } from 'preact';
import type { Image } from '../../../../shared/api-types/catalog.ts';
import { bytesWords } from '../../words/bytes-words.ts';
import { renditionSizes, savedByAvif } from './savings.ts';

export interface RenditionsProps {
  readonly image: Image;
  readonly sourceBytes: number | null;
}

export function Renditions({ image, sourceBytes }: RenditionsProps): JSX.Element {
  const saved = savedByAvif(image.renditions);
  return (
    <details class="renditions">
      <summary>
        {image.renditions.length} renditions
        {saved !== undefined && `, AVIF beside JPEG: ${savedWords(saved)}`}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="renditions__scroll" tabIndex={0} aria-label="Sizes">
        <table>
          <thead>
            <tr>
              <th scope="col">Rendition</th>
              <th scope="col">Pixels</th>
              <th scope="col">Size</th>
              <th scope="col">Beside JPEG</th>
              <th scope="col">Beside the upload</th>
            </tr>
          </thead>
          <tbody>
            {renditionSizes(image.renditions, sourceBytes).map(
              ({ rendition, savedAgainstJpeg, savedAgainstUpload }) => (
                <tr key={rendition.name}>
                  <th scope="row">
                    <a href={rendition.url} target="_blank" rel="noopener">
                      {rendition.name}
                    </a>
                  </th>
                  <td>
                    {rendition.width} × {rendition.height}
                  </td>
                  <td>{bytesWords(rendition.bytes)}</td>
                  <td>{savedAgainstJpeg === undefined ? '' : savedWords(savedAgainstJpeg)}</td>
                  <td>{savedAgainstUpload === undefined ? '' : savedWords(savedAgainstUpload)}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </section>
      <p class="hint">
        The upload had {image.width} × {image.height} pixels
        {sourceBytes === null ? '' : ` and ${bytesWords(sourceBytes)}`}.
      </p>
    </details>
  );
}

function savedWords(percent: number): string {
  if (percent === 0) return 'as much';
  return percent > 0 ? `${percent} % less` : `${-percent} % more`;
}
