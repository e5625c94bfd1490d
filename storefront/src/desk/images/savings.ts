/** How large renditions are, beside the upload and beside JPEG. */
import type { Rendition } from '../../../../shared/api-types/catalog.ts';

export interface RenditionSize {
  readonly rendition: Rendition;
  /** In percent of the JPEG of the same width, saved; undefined: it is that JPEG, or there is none. */
  readonly savedAgainstJpeg: number | undefined;
  /** In percent of the uploaded photo, saved; negative: it is larger; undefined: its length is not known. */
  readonly savedAgainstUpload: number | undefined;
}

export function renditionSizes(
  renditions: readonly Rendition[],
  sourceBytes: number | null,
): readonly RenditionSize[] {
  return renditions.map((rendition) => {
    const jpeg = renditions.find(({ type, width }) => type === 'image/jpeg' && width === rendition.width);
    return {
      rendition,
      savedAgainstJpeg: jpeg && jpeg !== rendition ? saved(rendition.bytes, jpeg.bytes) : undefined,
      savedAgainstUpload: sourceBytes === null ? undefined : saved(rendition.bytes, sourceBytes),
    };
  });
}

/** Of the whole ladder, AVIF beside JPEG, in percent. */
export function savedByAvif(renditions: readonly Rendition[]): number | undefined {
  const total = (type: Rendition['type']) =>
    renditions.filter((rendition) => rendition.type === type).reduce((sum, { bytes }) => sum + bytes, 0);
  const jpeg = total('image/jpeg');
  const avif = total('image/avif');
  return jpeg > 0 && avif > 0 ? saved(avif, jpeg) : undefined;
}

const saved = (bytes: number, of: number): number => Math.round((1 - bytes / of) * 100);
