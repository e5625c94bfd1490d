import { expect, test } from 'vitest';
import { ladderRungs } from '../../../server/ingest/ladder.ts';

const widths = (width: number, height = 100) => ladderRungs(width, height).map((rung) => rung.width);

test('widths are 160, 320, 640, 1280 and 2048, and never larger than the source', () => {
  expect(widths(9_000)).toEqual([160, 320, 640, 1280, 2048]);
  expect(widths(2_048)).toEqual([160, 320, 640, 1280, 2048]);
  expect(widths(2_047)).toEqual([160, 320, 640, 1280]);
  expect(widths(160)).toEqual([160]);
});

test('a source narrower than 160 has one rung of its own width', () => {
  expect(widths(159)).toEqual([159]);
  expect(widths(1)).toEqual([1]);
});

test('heights keep the shape, and are never 0', () => {
  expect(ladderRungs(4_000, 3_000).map(({ height }) => height)).toEqual([120, 240, 480, 960, 1536]);
  expect(ladderRungs(16_000, 2)[0]).toEqual({ width: 160, height: 1 });
});
