/** The dashboard, the rules and the page about them speak of metrics and labels that nodes really have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseExposition } from '../support/exposition.ts';
import { askPort } from '../support/http-client.ts';
import { ROLES, startRoles } from './http-roles.ts';

const roles = startRoles();
const DOCS = join(import.meta.dirname, '../../docs');

/** Names of series, and of each the labels it has at either role. */
async function known(): Promise<Map<string, Set<string>>> {
  const series = new Map<string, Set<string>>();
  for (const role of ROLES) {
    const { body } = await askPort(roles.port(role), '/metrics');
    for (const [name, family] of parseExposition(body.toString())) {
      for (const sample of family.samples.keys()) {
        const own = sample.slice(0, sample.indexOf('{'));
        const labels = series.get(own) ?? new Set(['instance', 'job']);
        for (const [, label] of sample.matchAll(/[{,](\w+)="/g)) labels.add(label!);
        series.set(own, labels);
      }
      if (!series.has(name)) series.set(name, new Set());
    }
  }
  return series;
}

/** What a query names that nobody has: metrics, and labels that they are chosen by. */
function unknownIn(query: string, series: Map<string, Set<string>>): string[] {
  const found = [...query.matchAll(/\b((?:shoal|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)];
  expect(found.length, query).toBeGreaterThan(0);
  return found.flatMap(([, name, matchers = '']) => {
    const labels = series.get(name!);
    if (labels === undefined) return [name!];
    const chosen = [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!);
    return chosen.filter((label) => !labels.has(label)).map((label) => `${name}{${label}}`);
  });
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly refId: string }[];
}

test('the dashboard is a model that Grafana reads, and each query names what is there', async () => {
  const text = readFileSync(join(DOCS, 'operations/grafana.json'), 'utf8');
  const { title, uid, schemaVersion, panels } = JSON.parse(text) as {
    title: string;
    uid: string;
    schemaVersion: number;
    panels: Panel[];
  };
  expect([title, uid, schemaVersion]).toEqual(['Shoal', 'shoal', 39]);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(panels.map(({ gridPos }) => `${gridPos.x} ${gridPos.y}`)).size).toBe(panels.length);
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  const series = await known();
  for (const { title: of, description, targets } of panels) {
    expect(description, of).not.toBe('');
    expect(new Set(targets.map(({ refId }) => refId)).size, of).toBe(targets.length);
    expect(
      targets.flatMap(({ expr }) => unknownIn(expr, series)),
      of,
    ).toEqual([]);
  }
});

test('each rule has a name of its own, a summary, and names what is there', async () => {
  const text = readFileSync(join(DOCS, 'operations/alerts.yml'), 'utf8');
  const series = await known();
  const queries = [...text.matchAll(/^ +expr: (.+)$/gm)].map(([, query]) => query!);
  const names = [...text.matchAll(/- alert: (\w+)$/gm)].map(([, name]) => name!);
  expect(new Set(names).size).toBe(queries.length);
  expect(text.match(/summary: ".+"/g)?.length).toBe(queries.length);
  expect(queries.flatMap((query) => unknownIn(query, series))).toEqual([]);
});

test('the page lists every metric of ours, and no other', async () => {
  const page = readFileSync(join(DOCS, 'OPERATIONS.md'), 'utf8');
  const listed = new Set([...page.matchAll(/`(shoal_\w+)`/g)].map(([, name]) => name!));
  const own = [...(await known()).keys()]
    .filter((name) => name.startsWith('shoal_'))
    .map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
  expect([...listed].sort()).toEqual([...new Set(own)].sort());
});
