/** The recordings that the page opens with no node running are sound, small, and hold what their names say. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { kumarRossSeconds } from '../../shared/trace/bound.ts';
import { parseTrace } from '../../shared/trace/parse.ts';
import { Timeline } from '../../shared/trace/timeline.ts';

const folder = path.resolve(import.meta.dirname, '../../storefront/public/recordings');
const MAX_FILE_BYTES = 300_000;

function opened(name: string) {
  const file = readFileSync(path.join(folder, `${name}.ndjson.gz`));
  const { header, records, refused } = parseTrace(gunzipSync(file).toString());
  const timeline = new Timeline(header);
  timeline.append(records);
  return { file, header, records, refused, timeline, end: timeline.newest };
}

it('there are three', () => {
  expect(readdirSync(folder).sort()).toEqual([
    'a-liar.ndjson.gz',
    'free-riders.ndjson.gz',
    'three-edges.ndjson.gz',
  ]);
});

describe.each(['a-liar', 'free-riders', 'three-edges'])('%s', (name) => {
  const { file, header, refused, end } = opened(name);

  it('is small, has no wrong line, and says how to make it again', () => {
    expect(file.length).toBeLessThan(MAX_FILE_BYTES);
    expect(refused.count).toBe(0);
    expect(header).toMatchObject({ source: 'simulation', scenario: name, seed: 1 });
    expect(header.command).toBe(`npm run sim -- --trace FILE --scenario ${name} --seed 1`);
  });

  it('ends with all who do not lie complete, not before the bound and in less than 1.5 times of it', () => {
    const honest = end.nodes.filter(({ role }) => role === 'edge' || role === 'freeRider');
    const lastMs = Math.max(...honest.map(({ doneAt }) => doneAt ?? Number.POSITIVE_INFINITY));
    const boundSeconds = kumarRossSeconds({
      fileBytes: header.bound?.bytes ?? 0,
      seedUpBytesPerSecond: header.bound?.seedUpBytesPerSecond ?? 0,
      hosts: honest.map((node) => ({
        upBytesPerSecond: node.upBytesPerSecond ?? 0,
        downBytesPerSecond: node.downBytesPerSecond ?? 0,
      })),
    });
    expect(lastMs).toBeGreaterThan(boundSeconds * 1000);
    // Free riders are served last, and their own uplinks carry nothing.
    if (name !== 'free-riders') expect(lastMs).toBeLessThan(1.5 * boundSeconds * 1000);
  });
});

it('a-liar: pieces fail, and the liar is banned by those it lied to', () => {
  const { records, end } = opened('a-liar');
  expect(records.some(({ type }) => type === 'pieceFailed')).toBe(true);
  const liar = end.nodes.find(({ role }) => role === 'liar')?.index;
  expect(end.nodes.filter(({ banned }) => banned.has(liar ?? -1)).length).toBeGreaterThan(3);
});

it('free-riders: rounds of choking rank, and who gives nothing is done last', () => {
  const { records, end } = opened('free-riders');
  expect(records.filter(({ type }) => type === 'chokingRound').length).toBeGreaterThan(5);
  const doneOf = (role: string) =>
    end.nodes.filter((node) => node.role === role).map(({ doneAt }) => doneAt ?? 0);
  expect(Math.min(...doneOf('freeRider'))).toBeGreaterThan(Math.max(...doneOf('edge')));
});
