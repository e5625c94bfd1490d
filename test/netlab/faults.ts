/**
 * Two of eight edges die midway and two send wrong blocks. The other four must lose little, and no wrong byte may be
 * served or stored by them: every rendition is fetched from each, and every stored file is hashed.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { rootOf } from '../support/file-root.ts';
import type { Lab } from './lab.ts';
import { edgeSeconds, type RunReport, reportOf } from './metrics.ts';
import { type Published, publishedFor } from './published.ts';
import type { FanOutShape } from './scenarios.ts';
import type { Behaviour, ShapedEdge } from './shaped-fleet.ts';
import { spread } from './spread.ts';
import { pause } from './status-client.ts';

const KILLED = 2;
const LIARS = 2;
/** What was verified is on disk after a second. */
const FLUSH_MS = 3_000;

export async function measureFaults(lab: Lab, shape: FanOutShape): Promise<RunReport> {
  const published = await publishedFor(lab.photos, shape.wanted);
  const { seedUpKbit, edgeLink } = shape;
  const links = { published, seedUpKbit, edgeLink };
  const honest = shape.edges - KILLED - LIARS;
  const numbers = Array.from({ length: honest }, (_, index) => index + 1);
  const all: Behaviour[] = Array.from({ length: shape.edges }, () => 'honest');
  const undisturbed = reportOf(await spread(lab, { ...links, behaviours: all }), numbers);
  const faults: string[] = [];
  let bans = 0;
  const disturbed = await spread(lab, {
    ...links,
    behaviours: all.map((_, index) => (index < honest + KILLED ? 'honest' : 'liar')),
    killed: [honest + 1, honest + 2],
    check: async ({ edges }) => {
      await pause(FLUSH_MS);
      for (const edge of edges.slice(0, honest)) {
        faults.push(...(await wrongAnswers(edge, published)), ...(await wrongFiles(edge, published)));
        bans += await bansBy(edge);
      }
    },
  });
  const report = reportOf(disturbed, numbers);
  const last = report.figures['last s'] as number;
  const lastUndisturbed = undisturbed.figures['last s'] as number;
  if (bans === 0) faults.push('no liar was banned: nobody lied, or nobody saw it');
  if (
    edgeSeconds(disturbed)
      .slice(honest, honest + KILLED)
      .some((at) => at !== null)
  )
    faults.push('an edge was complete before it was killed');
  return {
    ...report,
    figures: {
      'last/undisturbed': last / lastUndisturbed,
      'undisturbed s': lastUndisturbed,
      'bans by the honest': bans,
      ...report.figures,
    },
    faults: [...undisturbed.faults, ...report.faults, ...faults],
  };
}

async function wrongAnswers(edge: ShapedEdge, { images }: Published): Promise<string[]> {
  const wrong: string[] = [];
  for (const { id, renditions } of images)
    for (const { name, bytes, root } of renditions) {
      const response = await fetch(`${edge.url}/images/${id}/${name}`);
      const body = new Uint8Array(await response.arrayBuffer());
      const isRight = response.status === 200 && body.length === bytes && rootOf(body) === root;
      if (!isRight) wrong.push(`edge ${edge.number} answers ${response.status}, wrong: ${id}/${name}`);
    }
  return wrong;
}

async function wrongFiles(edge: ShapedEdge, { images }: Published): Promise<string[]> {
  const store = path.join(edge.dataFolder, 'pieces');
  const names = await readdir(store, { recursive: true });
  const stored = new Map<string, string>();
  for (const name of names) {
    const root = /([0-9a-f]{64})\.(?:whole|data)$/.exec(name)?.[1];
    if (root !== undefined) stored.set(root, path.join(store, name));
  }
  const wrong: string[] = [];
  for (const { root, name } of images.flatMap(({ renditions }) => renditions)) {
    const file = stored.get(root);
    if (file === undefined) wrong.push(`edge ${edge.number} has no file for ${name} ${root}`);
    else if (rootOf(await readFile(file)) !== root) wrong.push(`edge ${edge.number} stored a wrong ${root}`);
  }
  return wrong;
}

async function bansBy({ process }: ShapedEdge): Promise<number> {
  const log = await readFile(process.logPath, 'utf8');
  return log.split('"msg":"a node was banned"').length - 1;
}
