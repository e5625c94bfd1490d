import { expect, test } from 'vitest';
import { namingFaults, parseExposition } from './exposition.ts';

const HEAD = '# HELP a_total A.\n# TYPE a_total counter\n';

test('reads names, labels and values', () => {
  const family = parseExposition(`${HEAD}a_total{b="x\\"y",c="d"} 1.5e+3\na_total +Inf\n`).get('a_total')!;
  expect([family.type, family.help, [...family.samples]]).toEqual([
    'counter',
    'A.',
    [
      ['a_total{b="x\\"y",c="d"}', 1500],
      ['a_total{}', Number.POSITIVE_INFINITY],
    ],
  ]);
});

test.each([
  ['a series twice', `${HEAD}a_total{b="1",c="2"} 1\na_total{c="2",b="1"} 1\n`],
  ['described twice', `${HEAD}a_total 1\n${HEAD}`],
  ['TYPE without its HELP', '# TYPE a_total counter\na_total 1\n'],
  ['unknown type', '# HELP a A.\n# TYPE a thing\n'],
  ['a sample of another family', `${HEAD}b 1\n`],
  ['a sample without a TYPE', 'a 1\n'],
  ['a label twice', `${HEAD}a_total{b="1",b="2"} 1\n`],
  ['no sample', `${HEAD}a_total{b="1"}\n`],
  ['no sample', `${HEAD}a_total{b="x"y"} 1\n`],
  ['no sample', `${HEAD}a_total one\n`],
  ['the last line has no end', `${HEAD}a_total 1`],
])('refuses: %s', (why, text) => {
  expect(() => parseExposition(text)).toThrow(why);
});

test.each([
  ['a_total', 'gauge'],
  ['a', 'counter'],
  ['a_ms', 'gauge'],
  ['a_bytes_used', 'gauge'],
  ['a_latency', 'histogram'],
  ['aBytes', 'gauge'],
  ['a_count', 'gauge'],
] as const)('the name %s is none for a %s', (name, type) => {
  expect(namingFaults(name, { type, help: 'Help.', samples: new Map() }).length).toBe(1);
});
