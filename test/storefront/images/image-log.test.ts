import { expect, it } from 'vitest';
import { countSources, ImageLog } from '../../../storefront/src/images/image-log.ts';
import { ORIGIN } from '../edges/fleet.ts';

const EDGE = { kind: 'edge', name: 'a', url: 'http://a' } as const;

it('counts what is shown on the page by its source, most first', () => {
  const log = new ImageLog();
  const [first, second, third, fourth] = ['i1', 'i2', 'i3', 'i4'].map((id) => log.enter(id, id));
  log.shown(first!, ORIGIN);
  log.shown(second!, EDGE);
  log.shown(third!, EDGE);
  expect(countSources(log.images.get())).toEqual([
    { source: EDGE, images: 2 },
    { source: ORIGIN, images: 1 },
  ]);
  log.leave(second!);
  log.gone(third!);
  log.leave(fourth!);
  expect(countSources(log.images.get())).toEqual([{ source: ORIGIN, images: 1 }]);
});

it('knows where an image came from after it left the page', () => {
  const log = new ImageLog();
  const key = log.enter('i1', '');
  log.shown(key, EDGE);
  log.leave(key);
  expect(log.lastUrl('i1')).toBe('http://a');
  expect(log.lastUrl('i2')).toBeUndefined();
});
