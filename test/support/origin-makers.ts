/** Names for data folders of origins that are kept for later runs: by what they were made of, and by which sources. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT } from './fleet.ts';

/** What decides an origin's files; a change of it makes the kept ones worthless. */
const MAKERS = [
  'server/catalog',
  'server/ingest',
  'shared/metainfo',
  'shared/log',
  'shared/node/store',
  'shared/node/hashing',
];

export const originMakersKey = (): string => hashOf(MAKERS.flatMap(sourcesBelow));

function sourcesBelow(folder: string): string[] {
  const files = readdirSync(path.join(PROJECT, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => readFileSync(path.join(PROJECT, folder, name), 'utf8'));
}

export function hashOf(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text);
  return hash.digest('hex').slice(0, 16);
}
