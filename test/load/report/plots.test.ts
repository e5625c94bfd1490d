import { describe, expect, test } from 'vitest';
import { groupedBars, stackedBars } from './bars.ts';
import { linePlot, steps } from './svg.ts';

const OPTIONS = { label: 'a plot', width: 720, xUnit: 's', yUnit: 'MB' } as const;

describe('plots', () => {
  test('steps are round numbers from 0 that do not go beyond', () => {
    expect(steps(10)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(steps(0.7)).toEqual([0, 0.2, 0.4, 0.6].map((value) => expect.closeTo(value)));
    expect(steps(1_234)).toEqual([0, 500, 1_000]);
  });

  test('the first point is at the left and the largest at the top', () => {
    const line = {
      name: 'a',
      className: 'x',
      points: [
        [0, 0],
        [5, 10],
      ] as const,
    };
    expect(linePlot([line], OPTIONS)).toContain('points="64.0,272.0 704.0,18.0"');
  });

  test('ten thousand points become some hundreds, and the last is among them', () => {
    const points = Array.from({ length: 10_000 }, (_, at) => [at, at] as const);
    const svg = linePlot([{ name: 'a', className: 'x', points }], OPTIONS);
    expect(svg.match(/\d+\.\d,\d+\.\d/g)!.length).toBeLessThan(510);
    expect(svg).toContain('704.0,18.0"');
  });

  test('nothing to show is no plot', () => {
    expect(linePlot([], OPTIONS)).toBe('');
  });

  test('parts of a bar stand side by side', () => {
    const parts = [0.25, 0.75].map((share) => ({ name: 'p', className: 'c', share }));
    const svg = stackedBars('shares', [{ name: 'swarm', parts }], 720);
    expect(svg).toContain('x="90.0" y="0" width="153.5"');
    expect(svg).toContain('x="243.5" y="0" width="460.5"');
  });

  test('bars are as long as what they stand for, the longest beside its text; a loss is said in words', () => {
    const bar = (value: number) => ({ name: 'swarm', className: 'c', value, text: `${value} ms` });
    const bars = [bar(50), { ...bar(100), more: 'slower than pull', isLoss: true, least: 25 }];
    const wide = groupedBars('times', [{ name: 'p50', bars }], 720);
    expect(wide).toContain('width="200.0"');
    expect(wide).toContain('width="400.0"');
    expect(wide).toContain('100 ms, slower than pull');
    expect(wide).toContain('M190.0 ');
    // A phone has no room for the words.
    expect(groupedBars('times', [{ name: 'p50', bars }], 330)).toContain('100 ms ▲');
  });

  test('one without a name for those who do not see it is not made', () => {
    for (const svg of [
      linePlot([{ name: 'a', className: 'x', points: [[1, 1]] }], OPTIONS),
      stackedBars('a plot', [], 330),
    ])
      expect(svg).toContain('role="img" aria-label="a plot"');
  });
});
