/** A published image with the whole ladder, and what is chosen of it. */
import { readClientHints } from '../../../shared/http/client-hints.ts';
import { parseImageQuery } from '../../../shared/http/query.ts';
import { selectRendition } from '../../../shared/http/select-rendition.ts';
import { memorySource } from '../node/http/memory-source.ts';

export const { published } = memorySource({ 160: 100, 320: 100, 640: 100, 1280: 100, 2048: 100 });
export const CHROME = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8';

/** @param fields request fields beside Accept, by names in lower case */
export function selected(
  query: string,
  accept: string | undefined = undefined,
  image = published,
  fields: Readonly<Record<string, string>> = {},
) {
  return selectRendition(image, parseImageQuery(query), {
    accept,
    hints: readClientHints((name) => fields[name]),
  });
}

export const chosen = (query: string, accept?: string) => selected(query, accept)?.name;
