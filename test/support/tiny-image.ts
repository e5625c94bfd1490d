/** An image for tests that count bytes and fetch none. */
import type { PublishedImage } from '../../shared/api-types/catalog.ts';
import type { FileRoot, ImageId, InfoHash, InfoHashV2 } from '../../shared/units.ts';

/** An image with two renditions of 10 bytes. */
export function tinyImage(letter: string): PublishedImage {
  const renditions = ['160.jpg', '160.avif'].map((name) => ({
    name,
    url: '',
    width: 160,
    height: 1,
    type: 'image/jpeg' as const,
    bytes: 10,
    root: '0'.repeat(64) as FileRoot,
  }));
  return {
    id: letter.repeat(24) as ImageId,
    width: 1,
    height: 1,
    placeholder: '',
    infoHash: letter.repeat(40) as InfoHash,
    infoHashV2: '0'.repeat(64) as InfoHashV2,
    renditions,
  };
}
